using System.Diagnostics;
using System.Net.Sockets;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>Round trips of 64 bytes, alone and beside a stream that takes all it can get.</summary>
internal sealed class EchoScenario(string id, string title, TunnelShape shape, Effort effort) : Scenario(id, title)
{
    private const int EchoBytes = 64;

    // More than any tunnel carries in the time.
    private const long EndlessBytes = 1L << 40;

    private static readonly TimeSpan s_saturation = TimeSpan.FromSeconds(1);

    /// <summary>Name of a metric: <c>idle p99 ms</c>.</summary>
    public static string Metric(string when, int percent) => $"{when} p{percent} ms";

    public override double EstimateSeconds(double bytesPerSecond) =>
        1 + (effort.Echoes * 0.001) + (2 * (effort.Busy + s_saturation).TotalSeconds)
        + (2 * effort.WarmUpBytes / bytesPerSecond);

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, shape, cancellation);
        await bench.MoveAsync(effort.WarmUpBytes, effort.WarmUpBytes, cancellation);
        var metrics = new Dictionary<string, double>();
        Note("idle", await EchoAsync(bench, TimeSpan.MaxValue, cancellation), metrics);
        Note("up load", await LoadedAsync(bench, EndlessBytes, 0, cancellation), metrics);
        Note("down load", await LoadedAsync(bench, 0, EndlessBytes, cancellation), metrics);
        return metrics;
    }

    private async Task<List<double>> LoadedAsync(
        BenchTunnel bench, long upload, long download, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task bulk = bench.MoveAsync(upload, download, end.Token);
        await Task.Delay(s_saturation, cancellation);
        List<double> times = await EchoAsync(bench, effort.Busy, cancellation);
        if (bulk.IsCompleted)
            throw new IOException($"The bulk stream ended: {bulk.Exception?.InnerException?.Message}");
        await end.CancelAsync();
        await bulk.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return times;
    }

    /// <returns>Round-trip times, ms.</returns>
    private async Task<List<double>> EchoAsync(BenchTunnel bench, TimeSpan most, CancellationToken cancellation)
    {
        await using NetworkStream connection = await bench.OpenEchoAsync(cancellation);
        byte[] message = new byte[EchoBytes];
        var times = new List<double>();
        // The first echo also opens the stream and dials the target.
        await ExchangeClient.EchoAsync(connection, message, cancellation);
        long begin = Stopwatch.GetTimestamp();
        while (times.Count < effort.Echoes && Stopwatch.GetElapsedTime(begin) < most)
        {
            long start = Stopwatch.GetTimestamp();
            await ExchangeClient.EchoAsync(connection, message, cancellation);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    private static void Note(string when, List<double> times, Dictionary<string, double> metrics)
    {
        metrics[Metric(when, 50)] = Statistics.Percentile(times, 50);
        metrics[Metric(when, 99)] = Statistics.Percentile(times, 99);
        metrics[$"{when} echoes"] = times.Count;
    }
}
