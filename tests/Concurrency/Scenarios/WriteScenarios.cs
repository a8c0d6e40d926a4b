using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>Writing against everything that ends the wait for room.</summary>
internal static class WriteScenarios
{
    private const int MoreThanTheBuffer = MuxStream.SendBufferBytes + 500;

    [Scenario(
        "A writer finds the send buffer full while the driver empties it: no wake-up is lost.",
        "WriteArmsLate")]
    public static async Task WriteAgainstRoom()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task write = Task.Run(async () => await client.WriteAsync(new byte[MoreThanTheBuffer]));
        await server.ReadAllAsync(MoreThanTheBuffer);
        await write;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A buffer is handed over while the driver empties the send buffer: it is sent.",
        "HandOverQueuedLate")]
    public static async Task HandOverAgainstRoom()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task write = Task.Run(async () =>
        {
            for (int i = 0; i < 2; i++)
            {
                byte[] buffer = client.Session.Buffers.Rent(MuxStream.SendBufferBytes);
                await client.HandOverAsync(buffer, MuxStream.SendBufferBytes);
            }
        });
        await server.TakeAllAsync(2 * MuxStream.SendBufferBytes);
        await write;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A writer waits at window 0 while the peer reads: what is consumed is reported, and the window opens again.",
        "NotesForgottenLate")]
    public static async Task WriteAgainstWindowUpdate()
    {
        var pair = new Pair(streamBuffer: 128);
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task write = Task.Run(async () =>
        {
            for (int i = 0; i < 6; i++)
                await client.WriteAsync(new byte[128]);
        });
        await server.ReadAllAsync(6 * 128);
        await write;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A writer waits for room while another thread disposes the stream: the write ends.",
        "CloseWakesNoWriter")]
    public static async Task WriteAgainstDispose()
    {
        var pair = new Pair(streamBuffer: 64);
        (MuxStream client, MuxStream server) = await pair.OpenBlockedStreamAsync();
        pair.Start();
        Task<bool> write = Task.Run(async () => await TryWriteAsync(client, CancellationToken.None));
        await client.DisposeAsync();
        await write;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A writer waits for room while the session ends: the write fails.",
        "EndWakesReadersOnly")]
    public static async Task WriteAgainstSessionEnd()
    {
        var pair = new Pair(streamBuffer: 64);
        (MuxStream client, MuxStream server) = await pair.OpenBlockedStreamAsync();
        pair.Start();
        Task<bool> write = Task.Run(async () => await TryWriteAsync(client, CancellationToken.None));
        pair.Session.Close();
        await write;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "One thread writes while another closes the sending side: a write that succeeded is before the FIN, whole.",
        "WriteChecksThenActs")]
    public static async Task WriteAgainstCloseWrite()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task<int> write = Task.Run(async () =>
        {
            int written = 0;
            try
            {
                for (; written < 30; written += 10)
                    await client.WriteAsync(new byte[10]);
            }
            catch (IOException)
            {
                // The sending side is closed.
            }

            return written;
        });
        Task close = Task.Run(client.CloseWrite);
        int received = await server.ReadToEndAsync();
        await close;
        int sent = await write;
        Specification.Assert(received == sent, "{0} bytes written, {1} received", sent, received);
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A write that waits for room is cancelled: it ends, and the stream goes on with what the next write brings.",
        "WriteCancelWakesReader")]
    public static async Task WriteAgainstCancellation()
    {
        var pair = new Pair(streamBuffer: 64);
        (MuxStream client, MuxStream server) = await pair.OpenBlockedStreamAsync();
        pair.Start();
        using var cancellation = new CancellationTokenSource();
        Task<bool> write = Task.Run(async () => await TryWriteAsync(client, cancellation.Token));
        Task cancel = Task.Run(cancellation.Cancel);
        bool isWhole = await write;
        await cancel;
        int left = client.UnsentBytes;
        Specification.Assert(!isWhole || left <= MoreThanTheBuffer, "more is left than was written");
        await pair.StopAsync(client, server);
    }

    private static async Task<bool> TryWriteAsync(MuxStream stream, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(new byte[MoreThanTheBuffer], cancellation);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
    }
}
