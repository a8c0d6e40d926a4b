using System.Diagnostics;
using System.Net.Sockets;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>Many streams at the same time, each of which receives 64 KiB.</summary>
internal sealed class StreamsScenario(string id, string title, TunnelShape shape, Effort effort) : Scenario(id, title)
{
    public const string GoodputMetric = "streams MB/s";
    public const string CompletedMetric = "completed %";

    private const int StreamBytes = 64 << 10;

    public override double EstimateSeconds(double bytesPerSecond) =>
        2 + (((2 * effort.WarmUpBytes) + ((double)effort.Streams * StreamBytes)) / bytesPerSecond);

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, shape, cancellation);
        await bench.MoveAsync(effort.WarmUpBytes, effort.WarmUpBytes, cancellation);
        CpuMeter before = CpuMeter.Read(bench.Tunnel);
        (List<double> times, double seconds) = await RunAsync(bench, effort.Streams, cancellation);
        CpuMeter used = CpuMeter.Read(bench.Tunnel).Since(before);
        double bytes = (double)times.Count * StreamBytes;
        return new Dictionary<string, double>
        {
            [GoodputMetric] = bytes / seconds / 1e6,
            ["all streams s"] = seconds,
            [CompletedMetric] = 100.0 * times.Count / effort.Streams,
            ["one stream p50 ms"] = Statistics.Percentile(times, 50),
            ["one stream p99 ms"] = Statistics.Percentile(times, 99),
            ["both CPU ns/B"] = used.Seconds / bytes * 1e9,
            ["generator CPU ns/B"] = used.Generator.TotalSeconds / bytes * 1e9,
            ["client peak MiB"] = used.Client.PeakResidentBytes / Mebibyte,
            ["server peak MiB"] = used.Server.PeakResidentBytes / Mebibyte,
        };
    }

    /// <summary>Opens all streams at once and waits until each has what it asked for, or has broken.</summary>
    /// <returns>How long each one took that got all, ms; and how long all of them together, s.</returns>
    public static async Task<(List<double> Times, double Seconds)> RunAsync(
        BenchTunnel bench, int streams, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        double?[] times = await Task.WhenAll(
            Enumerable.Range(0, streams).Select(_ => Task.Run(() => TimeAsync(bench, start, cancellation))));
        return ([.. times.OfType<double>()], Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task<double?> TimeAsync(BenchTunnel bench, long start, CancellationToken cancellation)
    {
        try
        {
            await bench.MoveAsync(0, StreamBytes, cancellation);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }
}
