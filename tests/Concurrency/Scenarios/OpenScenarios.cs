using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>Opening and accepting streams.</summary>
internal static class OpenScenarios
{
    [Scenario(
        "Two threads open a stream at a time: both get one, with an id of its own, and the peer sees both.",
        "MailTakenInTwoSteps")]
    public static async Task OpenAgainstOpen()
    {
        var pair = new Pair();
        pair.Start();
        Task<MuxStream> first = Task.Run(async () => await pair.Session.OpenStreamAsync());
        Task<MuxStream> second = Task.Run(async () => await pair.Session.OpenStreamAsync());
        MuxStream one = await first;
        MuxStream other = await second;
        Specification.Assert(one.Id != other.Id, "both streams have the id {0}", one.Id);
        LinkSession session = await pair.AcceptSessionAsync();
        MuxStream? near = await session.AcceptStreamAsync();
        MuxStream? far = await session.AcceptStreamAsync();
        Specification.Assert(near!.Id + far!.Id == one.Id + other.Id, "the peer has other streams");
        await pair.StopAsync();
    }

    [Scenario(
        "A stream is opened while the session is closed: the opener gets a stream or an IOException, and soon.",
        "RestOfMailDropped")]
    public static async Task OpenAgainstSessionClose()
    {
        var pair = new Pair();
        pair.Start();
        Task open = Task.Run(async () => await TryOpenAsync(pair.Session));
        Task close = Task.Run(pair.Session.Close);
        await open;
        await close;
        await pair.StopAsync();
    }

    [Scenario(
        "Streams are opened while the driver stops: mail that comes after the end is refused, and never lost.",
        "SealedMailboxTakesMail")]
    public static async Task OpenAgainstStop()
    {
        var pair = new Pair();
        pair.Start();
        Task open = Task.Run(async () =>
        {
            for (int i = 0; i < 3; i++)
                await TryOpenAsync(pair.Session);
        });
        Task stop = Task.Run(pair.Client.Stop);
        await open;
        await stop;
        await pair.StopAsync();
    }

    [Scenario(
        "An open fails because the session ends: by then the session says that it has ended and why, which is what the "
        + "client goes by when it tries another one.",
        "MailRefusedBeforeTheEnd")]
    public static async Task FailedOpenAgainstSessionEnd()
    {
        var pair = new Pair();
        pair.Start();
        Task open = Task.Run(async () =>
        {
            bool isOpen = true;
            for (int i = 0; i < 3 && isOpen; i++)
                isOpen = await TryOpenAsync(pair.Session);
            if (isOpen)
                return;
            Specification.Assert(pair.Session.HasEnded, "the open failed, but the session has not ended");
            Specification.Assert(pair.Session.EndText.Length > 0, "the session does not say why it ended");
        });
        pair.Client.Stop();
        await open;
        await pair.StopAsync();
    }

    [Scenario(
        "More streams are opened than the backlog holds, while the server accepts: each is accepted, or ended at once.",
        "RefusedStreamStaysOpen")]
    public static async Task FullBacklogAgainstAccept()
    {
        var pair = new Pair();
        var opened = new List<Task<MuxStream>>();
        for (int i = 0; i <= LinkSession.AcceptBacklog; i++)
            opened.Add(pair.Session.OpenStreamAsync());
        pair.Start();
        Task accept = Task.Run(async () => await AcceptAllAsync(await pair.AcceptSessionAsync()));
        foreach (Task<MuxStream> open in opened)
        {
            MuxStream stream = await open;
            int length = await stream.ReadAsync(new byte[1]);
            Specification.Assert(length == 0, "a byte that nobody sent");
            await stream.DisposeAsync();
        }

        pair.Server.Stop();
        await accept;
        await pair.StopAsync();
    }

    [Scenario(
        "The session ends while streams wait in its backlog: the accept loop gets those that came, then the end, and "
        + "what they had received is not counted any more.",
        "AcceptNeverCompleted", "CompletedQueueDropsItems")]
    public static async Task FullBacklogAgainstSessionEnd()
    {
        var pair = new Pair();
        (MuxStream first, _) = await pair.OpenStreamAsync();
        Task<MuxStream> opened = pair.Session.OpenStreamAsync();
        pair.Settle();
        await (await opened).WriteAsync(new byte[10]);
        pair.Start();
        LinkSession session = await pair.AcceptSessionAsync();
        Task accept = Task.Run(async () => await AcceptAllAsync(session));
        pair.Server.Stop();
        await accept;
        await pair.StopAsync();
    }

    [Scenario(
        "A server waits for a session while its driver stops: the wait ends.",
        "StopLeavesAcceptWaiting")]
    public static async Task AcceptSessionAgainstStop()
    {
        var pair = new Pair();
        pair.Start();
        Task accept = Task.Run(async () =>
        {
            while (await pair.Server.AcceptAsync() is not null)
            {
            }
        });
        Task<bool> open = Task.Run(async () => await TryOpenAsync(pair.Session));
        pair.Server.Stop();
        await accept;
        await open;
        await pair.StopAsync();
    }

    private static async Task<bool> TryOpenAsync(LinkSession session)
    {
        try
        {
            await using MuxStream stream = await session.OpenStreamAsync();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task AcceptAllAsync(LinkSession session)
    {
        while (await session.AcceptStreamAsync() is { } stream)
            stream.Dispose();
    }
}
