using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>Reading against everything that ends the wait for data.</summary>
internal static class ReadScenarios
{
    [Scenario(
        "A reader goes to sleep while data is delivered: no wake-up is lost.",
        "ReadArmsLate")]
    public static async Task ReadAgainstDelivery()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task read = Task.Run(async () => await client.ReadAllAsync(20));
        await server.WriteAsync(new byte[10]);
        await server.WriteAsync(new byte[10]);
        await read;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A reader that goes on on the driver's thread goes to sleep while data is delivered: no wake-up is lost.",
        "ResumeForgotten")]
    public static async Task ReadOnTheDriverAgainstDelivery()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        client.ContinuesOnDriver = true;
        pair.Start();
        Task read = Task.Run(async () => await client.ReadAllAsync(20));
        await server.WriteAsync(new byte[10]);
        await server.WriteAsync(new byte[10]);
        await read;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "The driver is about to let a reader go on when the stream is closed: the wait ends once.",
        "TakenWaitStaysArmed")]
    public static async Task ReadOnTheDriverAgainstClose()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        client.ContinuesOnDriver = true;
        pair.Start();
        Task read = Task.Run(async () =>
        {
            try
            {
                await client.ReadAllAsync(20);
            }
            catch (ObjectDisposedException)
            {
                // Closed under the read.
            }
        });
        await server.WriteAsync(new byte[10]);
        client.Dispose();
        await read;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A thread without a buffer waits for something to read while data is delivered: no wake-up is lost.",
        "WaitToReadArmsLate")]
    public static async Task WaitForDataAgainstDelivery()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task wait = Task.Run(async () =>
        {
            await client.WaitToReadAsync();
            Specification.Assert(client.AvailableBytes > 0, "there is nothing to read");
        });
        await server.WriteAsync(new byte[10]);
        await wait;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A reader waits while the last data and the FIN arrive: it gets all of the data, and then the end.",
        "EndWithoutSignal", "EndSeenBeforeData")]
    public static async Task ReadAgainstFin()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task<int> read = Task.Run(async () => await client.ReadToEndAsync());
        await server.WriteAsync(new byte[100]);
        server.CloseWrite();
        int received = await read;
        Specification.Assert(received == 100, "{0} of 100 bytes came", received);
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A reader waits while the session ends: it gets what has arrived, and then an IOException.",
        "EndWakesWritersOnly")]
    public static async Task ReadAgainstSessionEnd()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task read = Task.Run(async () =>
        {
            try
            {
                await client.ReadAllAsync(100);
                Specification.Assert(false, "more bytes came than were sent");
            }
            catch (IOException)
            {
                Specification.Assert(client.AvailableBytes == 0, "an error hides data");
            }
        });
        await server.WriteAsync(new byte[10]);
        pair.Session.Close();
        await read;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A reader waits while another thread disposes the stream: the read ends.",
        "CloseWakesNoReader")]
    public static async Task ReadAgainstDispose()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        Task read = Task.Run(async () =>
        {
            try
            {
                await client.ReadAllAsync(100);
            }
            catch (ObjectDisposedException)
            {
            }
        });
        await server.WriteAsync(new byte[10]);
        await client.DisposeAsync();
        await read;
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A read without data is cancelled before, while or after it goes to sleep: it ends.",
        "CancelledBeforeRegistering")]
    public static async Task ReadAgainstCancellation()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        using var cancellation = new CancellationTokenSource();
        Task<int> read = Task.Run(async () => await TryReadAsync(client, cancellation.Token));
        await Task.Run(cancellation.Cancel);
        int received = await read;
        Specification.Assert(received == 0, "{0} bytes came that nobody sent", received);
        await pair.StopAsync(client, server);
    }

    [Scenario(
        "A read is cancelled while data is delivered: what it did not return is still there.",
        "CancelledReadTakesData")]
    public static async Task DeliveryAgainstCancellation()
    {
        var pair = new Pair();
        (MuxStream client, MuxStream server) = await pair.OpenStreamAsync();
        pair.Start();
        using var cancellation = new CancellationTokenSource();
        Task<int> read = Task.Run(async () => await TryReadAsync(client, cancellation.Token));
        Task cancel = Task.Run(cancellation.Cancel);
        await server.WriteAsync(new byte[10]);
        server.CloseWrite();
        int received = await read;
        received += await client.ReadToEndAsync();
        Specification.Assert(received == 10, "{0} of 10 bytes came", received);
        await cancel;
        await pair.StopAsync(client, server);
    }

    private static async Task<int> TryReadAsync(MuxStream stream, CancellationToken cancellation)
    {
        try
        {
            return await stream.ReadAsync(new byte[10], cancellation);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }
}
