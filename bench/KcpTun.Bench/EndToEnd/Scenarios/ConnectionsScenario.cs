using System.Diagnostics;
using System.Net.Sockets;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>
/// Short connections that arrive at a fixed rate, whether the earlier ones have been served or not: each sends 64
/// bytes, receives an answer and closes. Times count from when a connection was due.
/// </summary>
internal sealed class ConnectionsScenario(string id, string title, TunnelShape shape, Effort effort)
    : Scenario(id, title)
{
    public const string CompletedMetric = "completed %";
    public const string TailMetric = "answered p99 ms";

    // A request of 32 bytes, which is on every connection, and as many again.
    private const int MoreBytes = 32;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private int Count => (int)(effort.Arrivals * effort.Busy.TotalSeconds);

    public override double EstimateSeconds(double bytesPerSecond) =>
        2 + effort.Busy.TotalSeconds + (2 * effort.WarmUpBytes / bytesPerSecond);

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, shape, cancellation);
        await bench.MoveAsync(effort.WarmUpBytes, effort.WarmUpBytes, cancellation);
        CpuMeter before = CpuMeter.Read(bench.Tunnel);
        long start = Stopwatch.GetTimestamp();
        double[] times = await ArriveAsync(bench, start, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        CpuMeter used = CpuMeter.Read(bench.Tunnel).Since(before);
        if (times.Length == 0)
            throw new IOException($"None of {Count} connections was answered.");
        return new Dictionary<string, double>
        {
            [CompletedMetric] = 100.0 * times.Length / Count,
            ["answered p50 ms"] = Statistics.Percentile(times, 50),
            [TailMetric] = Statistics.Percentile(times, 99),
            ["completed /s"] = times.Length / seconds,
            ["both CPU us/connection"] = used.Seconds / times.Length * 1e6,
            ["generator CPU us/connection"] = used.Generator.TotalMicroseconds / times.Length,
            ["client peak MiB"] = used.Client.PeakResidentBytes / Mebibyte,
            ["server peak MiB"] = used.Server.PeakResidentBytes / Mebibyte,
        };
    }

    private async Task<double[]> ArriveAsync(BenchTunnel bench, long start, CancellationToken cancellation)
    {
        var connections = new List<Task<double?>>(Count);
        while (connections.Count < Count)
        {
            double due = Stopwatch.GetElapsedTime(start).TotalSeconds * effort.Arrivals;
            while (connections.Count < Count && connections.Count <= due)
            {
                long at = start + (long)((double)connections.Count / effort.Arrivals * Stopwatch.Frequency);
                connections.Add(Task.Run(() => ServeAsync(bench, at, cancellation), cancellation));
            }

            await Task.Delay(1, cancellation);
        }

        double?[] times = await Task.WhenAll(connections);
        return [.. times.OfType<double>()];
    }

    /// <returns>From when it was due to its answer, ms; null if it broke or took too long.</returns>
    private static async Task<double?> ServeAsync(BenchTunnel bench, long due, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_patience);
        try
        {
            await bench.MoveAsync(MoreBytes, 0, limit.Token);
            return Stopwatch.GetElapsedTime(due).TotalMilliseconds;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }
}
