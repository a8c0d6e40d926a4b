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
internal sealed record RunFigures(double? Goodput, IReadOnlyList<double>? LatencyMs)
{
    /// <summary>Of 1000 latencies so many are shorter.</summary>
    public static IReadOnlyList<int> Quantiles { get; } = [50, 250, 500, 750, 900, 950, 990];

    public double? P50 => LatencyMs?[2];

    public double? P95 => LatencyMs?[5];

    public double? P99 => LatencyMs?[6];

    /// <summary>The figures of a simulated run.</summary>
    public static RunFigures Of(WorkloadSpec workload, RunResult result) =>
        Of(workload, result.DeliveredBytes, result.Duration, result.Latencies);

    /// <param name="bytes">Application bytes delivered.</param>
    /// <param name="duration">From connecting to the arrival of the last byte, ns.</param>
    /// <param name="latencies">In ns, in any order.</param>
    public static RunFigures Of(WorkloadSpec workload, long bytes, long duration, IReadOnlyList<long> latencies)
    {
        if (workload.HasGoodput)
            return new RunFigures((double)bytes / duration * SimTime.Second, null);
        long[] sorted = [.. latencies.Order()];
        return new RunFigures(null, [.. Quantiles.Select(perMille => Milliseconds(sorted, perMille))]);
    }

    private static double Milliseconds(long[] sorted, int perMille) =>
        Math.Round((double)Percentiles.Percentile(sorted.AsSpan(), perMille) / SimTime.Millisecond, 1);
}
