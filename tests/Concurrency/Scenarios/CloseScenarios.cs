using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>Closing streams and sessions.</summary>
internal static class CloseScenarios
{
    [Scenario(
        "Both ends close a stream at a time, with data under way: both forget it, and no byte stays counted.",
        "CloseInTwoSteps")]
    public static async Task CloseAgainstClose()
    {
        var pair = new Pair(hasTwoThreads: true);
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task far = Task.Run(async () =>
        {
            await server.WriteAsync(new byte[10]);
            await server.DisposeAsync();
        });
        await client.WriteAsync(new byte[10]);
        await client.DisposeAsync();
        await far;
        await pair.StopAsync();
    }

    [Scenario(
        "Two threads dispose a stream that has unread data: its bytes are given back once.",
        "UnreadReleasedOutsideGate")]
    public static async Task DisposeAgainstDispose()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        await server.WriteAsync(new byte[10]);
        pair.Settle();
        pair.Start();
        Task first = Task.Run(client.Abort);
        await client.DisposeAsync();
        await first;
        await pair.StopAsync(server);
    }

    [Scenario(
        "A stream is closed while data for it arrives: what comes too late is not counted against the budget.",
        "LateDataKeepsBudget")]
    public static async Task CloseAgainstDelivery()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task write = Task.Run(async () =>
        {
            await server.WriteAsync(new byte[10]);
            await server.DisposeAsync();
        });
        await client.DisposeAsync();
        await write;
        await pair.StopAsync();
    }

    [Scenario(
        "One stream's unread data exhausts the receive bucket, and that stream is closed: the tokens come back and the "
        + "other stream's data gets through.",
        "CloseSleeps")]
    public static async Task CloseAgainstExhaustedBucket()
    {
        var pair = new Pair(receiveBuffer: 512, streamBuffer: 512);
        (MuxStream greedy, MuxStream unread) = await pair.OpenStreamAsync();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        await greedy.WriteAsync(new byte[1000]);
        pair.Settle();
        await client.WriteAsync(new byte[10]);
        pair.Settle();
        pair.Start();
        Unfinished.Expect(1);
        Task read = Task.Run(async () =>
        {
            await server.ReadAllAsync(10);
            Unfinished.Done();
        });
        await unread.DisposeAsync();
        await read;
        await pair.StopAsync(greedy, client, server);
    }

    [Scenario(
        "The keepalive falls due while data is written and the session is closed: the session is dead at once, and "
        + "nothing more is taken from it or sent for it.",
        "DeadSessionProcessed")]
    public static async Task KeepAliveAgainstClose()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task tick = Task.Run(() => pair.AdvanceSeconds(10));
        Task write = Task.Run(async () =>
        {
            try
            {
                await client.WriteAsync(new byte[10]);
            }
            catch (IOException)
            {
                // The session ended first.
            }
        });
        pair.Session.Close();
        await tick;
        await write;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "Two threads close a session at a time: it ends once.",
        "SessionEndsTwice")]
    public static async Task SessionCloseAgainstSessionClose()
    {
        var pair = new Pair();
        pair.Start();
        Task first = Task.Run(pair.Session.Close);
        Task second = Task.Run(pair.Session.Close);
        await pair.Session.Completion;
        await first;
        await second;
        await pair.StopAsync();
    }

    [Scenario(
        "A silent peer ends the session while it is closed here: one of the two is the reason, and all streams end.",
        "ReasonSaidLate")]
    public static async Task TimeoutAgainstClose()
    {
        var pair = new Pair();
        await pair.OpenStreamAsync();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        await pair.OpenStreamAsync();
        pair.Start();
        Task read = Task.Run(async () =>
        {
            try
            {
                await client.ReadAllAsync(1);
            }
            catch (IOException e)
            {
                Specification.Assert(!e.Message.EndsWith(": ", StringComparison.Ordinal), "the error says no reason");
            }
        });
        Task tick = Task.Run(() => pair.AdvanceSeconds(70));
        pair.Session.Close();
        await read;
        await tick;
        await pair.StopAsync(client, server);
    }
}
