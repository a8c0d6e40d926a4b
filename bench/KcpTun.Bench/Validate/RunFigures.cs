using KcpTun.Sim.Engine;
using KcpTun.Sim.Running;
using KcpTun.Sim.Workloads;
using Percentiles = KcpTun.Sim.Running.Statistics;

namespace KcpTun.Bench.Validate;

/// <summary>What one run measured, simulated or real.</summary>
/// <param name="Goodput">Application bytes a second; null for a workload that does not send what it can.</param>
/// <param name="LatencyMs">
/// Latencies, ms, at each of <see cref="Quantiles"/>; null for a workload without latencies.
/// </param>
/// <param name="FirstShare">
/// Part of all bytes that the first of several flows had when one of them ended; null where there is one.
/// </param>
internal sealed record RunFigures(double? Goodput, IReadOnlyList<double>? LatencyMs, double? FirstShare = null)
{
    /// <summary>Of 1000 latencies so many are shorter.</summary>
    public static IReadOnlyList<int> Quantiles { get; } = [50, 250, 500, 750, 900, 950, 990];

    public double? P50 => LatencyMs?[2];

    public double? P95 => LatencyMs?[5];

    public double? P99 => LatencyMs?[6];

    /// <summary>The figures of a simulated run.</summary>
    public static RunFigures Of(WorkloadSpec workload, RunResult result) =>
        Of(workload, result.DeliveredBytes, result.Duration, result.Latencies, result.BytesAtFirstEnd);

    /// <param name="bytes">Application bytes delivered.</param>
    /// <param name="duration">From connecting to the arrival of the last byte, ns.</param>
    /// <param name="latencies">In ns, in any order.</param>
    /// <param name="atFirstEnd">Bytes of each flow when the first of them ended.</param>
    public static RunFigures Of(
        WorkloadSpec workload, long bytes, long duration, IReadOnlyList<long> latencies, IReadOnlyList<long> atFirstEnd)
    {
        long[] sorted = [.. latencies.Order()];
        return new RunFigures(
            workload.HasGoodput ? (double)bytes / duration * SimTime.Second : null,
            workload.HasLatency ? [.. Quantiles.Select(perMille => Milliseconds(sorted, perMille))] : null,
            atFirstEnd.Count > 1 ? (double)atFirstEnd[0] / atFirstEnd.Sum() : null);
    }

    private static double Milliseconds(long[] sorted, int perMille) =>
        Math.Round((double)Percentiles.Percentile(sorted.AsSpan(), perMille) / SimTime.Millisecond, 1);
}
