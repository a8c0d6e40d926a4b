using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>The driver's own thread: sleep, mail, notes, turns.</summary>
internal static class DriverScenarios
{
    [Scenario(
        "A driver goes to sleep while it is woken: it stays awake, or wakes up.",
        "SleepForgetsWake")]
    public static async Task WakeAgainstSleep()
    {
        var pair = new Pair();
        Unfinished.Expect(1);
        Task stop = Task.Run(() =>
        {
            pair.Server.Stop();
            pair.Client.Stop();
        });
        await pair.Client.Stopped;
        await pair.Server.Stopped;
        Unfinished.Done();
        await stop;
        await pair.StopAsync();
    }

    [Scenario(
        "Mail is posted while the driver goes to sleep: it does not sleep over it.",
        "WakeBeforeMail")]
    public static async Task MailAgainstSleep()
    {
        var pair = new Pair();
        Unfinished.Expect(1);
        await pair.Session.OpenStreamAsync();
        Unfinished.Done();
        await pair.StopAsync();
    }

    [Scenario(
        "A stream notes something while the driver takes its notes: they are taken now, or the stream is in the mail "
        + "again.",
        "QueuedFlagClearedLate")]
    public static async Task NotesAgainstTheirTaking()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        Task write = Task.Run(async () =>
        {
            await client.WriteAsync(new byte[10]);
            await client.WriteAsync(new byte[10]);
            client.CloseWrite();
        });
        await server.ReadAllAsync(20);
        int end = await server.ReadAsync(new byte[1]);
        Specification.Assert(end == 0, "more came than was written");
        await write;
        await client.DisposeAsync();
        await server.DisposeAsync();
        await pair.StopAsync();
    }

    [Scenario(
        "Readers drain a session while the driver finds it starved: either they see that and wake the driver, or the "
        + "driver sees what they consumed.",
        "StarvedMailNotTaken", ExploresFields = true)]
    public static async Task ConsumptionAgainstStarvation()
    {
        const int Window = 20;
        const int Count = 6;
        var pair = new Pair(receiveBuffer: Window, streamBuffer: Window);
        MuxStream[] clients = new MuxStream[Count];
        MuxStream[] servers = new MuxStream[Count];
        for (int i = 0; i < Count; i++)
        {
            (clients[i], servers[i]) = await pair.OpenStreamAsync();
            await clients[i].WriteAsync(new byte[1]);
            await servers[i].ReadAllAsync(1);
        }

        Task read = Task.Run(async () =>
        {
            foreach (int _ in new[] { 1, 2 })
            {
                foreach (MuxStream server in servers)
                    await server.ReadAllAsync(4);
            }
        });
        foreach (int _ in new[] { 1, 2 })
        {
            foreach (MuxStream client in clients)
                await client.WriteAsync(new byte[4]);
        }

        await read;
        foreach (MuxStream stream in clients.Concat(servers))
            await stream.DisposeAsync();
        await pair.StopAsync();
    }

    [Scenario(
        "Three streams share the line in both directions: all of them finish.",
        "TurnLostWithFramesLeft")]
    public static async Task ThreeStreamsFinish()
    {
        var pair = new Pair(receiveBuffer: 512, streamBuffer: 256);
        Unfinished.Expect(3);
        var echoes = new List<Task>();
        for (int i = 0; i < 3; i++)
        {
            (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
            echoes.Add(Task.Run(async () => await EchoAsync(server)));
            echoes.Add(Task.Run(async () =>
            {
                await client.WriteAsync(new byte[600]);
                client.CloseWrite();
                await client.ReadAllAsync(600);
                Specification.Assert(await client.ReadAsync(new byte[1]) == 0, "more came back than was written");
                await client.DisposeAsync();
                Unfinished.Done();
            }));
        }

        foreach (Task echo in echoes)
            await echo;
        await pair.StopAsync();
    }

    private static async Task EchoAsync(MuxStream stream)
    {
        byte[] buffer = new byte[200];
        while (await stream.ReadAsync(buffer) is > 0 and int length)
            await stream.WriteAsync(buffer.AsMemory(0, length));
        await stream.DisposeAsync();
    }
}
