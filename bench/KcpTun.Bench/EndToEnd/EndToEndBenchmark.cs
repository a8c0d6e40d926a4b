using System.Diagnostics;
using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench.EndToEnd;

/// <summary>Runs every pair once a round, so that whatever else the machine does meanwhile meets all of them.</summary>
public static class EndToEndBenchmark
{
    private const int EchoBytes = 64;

    // Enough for a just-in-time compiler to have seen the hot paths and for windows to be open.
    private const long WarmUpBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan s_pairLimit = TimeSpan.FromMinutes(5);

    public static async Task<IReadOnlyList<EndToEndSample>> RunAsync(
        EndToEndSettings settings, CancellationToken cancellationToken)
    {
        var samples = new List<EndToEndSample>();
        for (int round = 0; round < settings.Runs; round++)
        {
            for (int turn = 0; turn < settings.Pairs.Count; turn++)
            {
                Pair pair = settings.Pairs[(round + turn) % settings.Pairs.Count];
                EndToEndSample sample = await MeasureAsync(settings, round, pair, cancellationToken);
                samples.Add(sample);
                await Console.Error.WriteLineAsync(
                    $"round {round + 1}/{settings.Runs} {pair}: up {sample.Upload.MegabytesPerSecond:0.0} MB/s, "
                    + $"down {sample.Download.MegabytesPerSecond:0.0} MB/s");
            }
        }

        return samples;
    }

    private static async Task<EndToEndSample> MeasureAsync(
        EndToEndSettings settings, int round, Pair pair, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_pairLimit);
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, settings.Flags, [], limit.Token);
        await bench.MoveAsync(WarmUpBytes, WarmUpBytes, limit.Token);
        TimeSpan[] echoes = await EchoAsync(bench, settings.Echoes, limit.Token);
        TransferSample upload = await TransferAsync(bench, settings.Bytes, 0, limit.Token);
        TransferSample download = await TransferAsync(bench, 0, settings.Bytes, limit.Token);
        (ProcessUsage client, ProcessUsage server) = Usage(bench);
        return new EndToEndSample(
            round,
            pair,
            upload,
            download,
            echoes[echoes.Length / 2],
            echoes[echoes.Length * 99 / 100],
            client.PeakResidentBytes,
            server.PeakResidentBytes);
    }

    private static async Task<TransferSample> TransferAsync(
        BenchTunnel bench, long upload, long download, CancellationToken cancellationToken)
    {
        (ProcessUsage, ProcessUsage) before = Usage(bench);
        long start = Stopwatch.GetTimestamp();
        await bench.MoveAsync(upload, download, cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return TransferSample.Between(upload + download, elapsed, before, Usage(bench));
    }

    private static async Task<TimeSpan[]> EchoAsync(BenchTunnel bench, int count, CancellationToken cancellationToken)
    {
        await using NetworkStream connection = await bench.OpenEchoAsync(cancellationToken);
        byte[] message = new byte[EchoBytes];
        var times = new TimeSpan[count];
        // The first echo also opens the stream and dials the target.
        await ExchangeClient.EchoAsync(connection, message, cancellationToken);
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await ExchangeClient.EchoAsync(connection, message, cancellationToken);
            times[i] = Stopwatch.GetElapsedTime(start);
        }

        Array.Sort(times);
        return times;
    }

    private static (ProcessUsage Client, ProcessUsage Server) Usage(BenchTunnel bench) =>
        (bench.Tunnel.Client.ReadUsage(), bench.Tunnel.Server.ReadUsage());
}
