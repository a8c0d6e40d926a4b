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
        pair.Start();
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
        pair.Start();
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
        pair.Start();
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
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "Readers drain a session while the driver finds it starved: either they see that and wake the driver, or the "
        + "driver sees what they consumed.",
        "StarvedReaderSleeps")]
    public static async Task ConsumptionAgainstStarvation()
    {
        // Less than a quarter of the window is not worth a wake-up by itself: it takes five streams to make 20.
        const int Window = 20;
        const int Piece = 4;
        const int Count = 5;
        var pair = new Pair(receiveBuffer: Window, streamBuffer: Window);
        var clients = new List<MuxStream>();
        var servers = new List<MuxStream>();
        for (int i = 0; i < Count; i++)
        {
            (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
            await client.WriteAsync(new byte[1]);
            pair.Settle();
            await server.ReadAllAsync(1);
            pair.Settle();
            clients.Add(client);
            servers.Add(server);
        }

        foreach (MuxStream client in clients)
        {
            await client.WriteAsync(new byte[Piece]);
            pair.StepClient();
        }

        await clients[0].WriteAsync(new byte[Piece]);
        pair.StepClient();
        pair.Start();
        foreach (MuxStream server in servers)
            await server.ReadAllAsync(Piece);
        await servers[0].ReadAllAsync(Piece);
        await pair.StopAsync();
    }

    [Scenario(
        "Three streams share the line in both directions: all of them finish.",
        "TurnLostWithFramesLeft")]
    public static async Task ThreeStreamsFinish()
    {
        const int Length = 160;
        var pair = new Pair(receiveBuffer: 256, streamBuffer: 128);
        var streams = new List<(MuxStream Client, MuxStream Server)>();
        for (int i = 0; i < 3; i++)
            streams.Add(await pair.OpenStreamAsync());
        pair.Start();
        Unfinished.Expect(streams.Count);
        var echoes = new List<Task>();
        foreach ((MuxStream client, MuxStream server) in streams)
        {
            echoes.Add(Task.Run(async () => await EchoAsync(server)));
            echoes.Add(Task.Run(async () =>
            {
                await client.WriteAsync(new byte[Length]);
                client.CloseWrite();
                int received = await client.ReadToEndAsync();
                Specification.Assert(received == Length, "{0} of {1} bytes came back", received, Length);
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
        byte[] buffer = new byte[80];
        while (await stream.ReadAsync(buffer) is > 0 and int length)
            await stream.WriteAsync(buffer.AsMemory(0, length));
        await stream.DisposeAsync();
    }
}
