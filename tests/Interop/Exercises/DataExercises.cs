using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Interop.Exercises;

/// <summary>Data goes through and arrives unharmed.</summary>
public static class DataExercises
{
    private const int ExchangeBytes = 256 * 1024;
    private const int BulkBytes = 64 * 1024 * 1024;
    private const int ShortConnections = 200;
    private const int ShortMessageBytes = 1500;

    private static readonly int[] s_echoSizes = [1, 64, 1300, 20_000];
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);

    /// <summary>Echoes of several sizes, then 256 KiB both ways at once.</summary>
    public static async Task MoveAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        await EchoAsync(tunnel, s_echoSizes, run.CancellationToken);
        await ExchangeAsync(tunnel, ExchangeBytes, run.CancellationToken);
    }

    /// <summary>As <see cref="MoveAsync"/>, on eight connections at once.</summary>
    public static async Task MoveOnEightAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await EchoAsync(tunnel, s_echoSizes, run.CancellationToken);
            await ExchangeAsync(tunnel, ExchangeBytes, run.CancellationToken);
        }));
    }

    /// <summary>A connection stays quiet for a few seconds and is still alive; others are opened meanwhile.</summary>
    public static async Task PauseAndMoveAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        await using NetworkStream patient = await tunnel.ConnectAsync(run.CancellationToken);
        await ExchangeClient.StartEchoAsync(patient, run.CancellationToken);
        await EchoOnceAsync(patient, 100, run.CancellationToken);
        await Task.Delay(s_pause, run.CancellationToken);
        await ExchangeAsync(tunnel, ExchangeBytes, run.CancellationToken);
        await ExchangeAsync(tunnel, ExchangeBytes, run.CancellationToken);
        await EchoOnceAsync(patient, 20_000, run.CancellationToken);
    }

    /// <summary>64 MiB each way at once.</summary>
    public static async Task MoveBulkAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        await ExchangeAsync(tunnel, BulkBytes, run.CancellationToken);
    }

    /// <summary>200 connections at once, each with one short echo.</summary>
    public static async Task ManyShortConnectionsAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, ShortConnections)
            .Select(_ => EchoAsync(tunnel, [ShortMessageBytes], run.CancellationToken)));
    }

    /// <summary>
    /// Nothing comes back. It also shows that the traffic of the other scenarios really passes through both processes.
    /// </summary>
    public static async Task StaySilentAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        await using NetworkStream connection = await tunnel.ConnectAsync(run.CancellationToken);
        await ExchangeClient.StartEchoAsync(connection, run.CancellationToken);
        await connection.WriteAsync(new byte[100], run.CancellationToken);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(run.CancellationToken);
        silence.CancelAfter(s_silence);
        try
        {
            int read = await connection.ReadAsync(new byte[100], silence.Token);
            read.ShouldBe(0, "bytes came back through a tunnel whose ends do not understand each other");
        }
        catch (OperationCanceledException) when (!run.CancellationToken.IsCancellationRequested)
        {
            // Silence, as it should be.
        }
    }

    /// <summary>Moves <paramref name="bytes"/> each way at once on a new connection and compares digests.</summary>
    public static async Task ExchangeAsync(RunningTunnel tunnel, long bytes, CancellationToken cancellationToken)
    {
        await using NetworkStream connection = await tunnel.ConnectAsync(cancellationToken);
        TrafficRequest request = new()
        {
            Operation = TrafficOperation.Exchange,
            Upload = bytes,
            Download = bytes,
        };
        ExchangeResult result = await ExchangeClient.ExchangeAsync(connection, request, cancellationToken);
        result.ShouldBe(ExchangeResult.Expected(request));
    }

    private static async Task EchoAsync(
        RunningTunnel tunnel, IReadOnlyList<int> sizes, CancellationToken cancellationToken)
    {
        await using NetworkStream connection = await tunnel.ConnectAsync(cancellationToken);
        await ExchangeClient.StartEchoAsync(connection, cancellationToken);
        foreach (int size in sizes)
            await EchoOnceAsync(connection, size, cancellationToken);
    }

    private static async Task EchoOnceAsync(Stream connection, int size, CancellationToken cancellationToken)
    {
        byte[] message = new byte[size];
        Random.Shared.NextBytes(message);
        byte[] reply = await ExchangeClient.EchoAsync(connection, message, cancellationToken);
        reply.AsSpan().SequenceEqual(message).ShouldBeTrue($"an echo of {size} bytes came back changed");
    }
}
