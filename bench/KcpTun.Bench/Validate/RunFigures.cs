using KcpTun.Sim.Running;
using KcpTun.Sim.Workloads;
using Percentiles = KcpTun.Sim.Running.Statistics;

namespace KcpTun.Bench.Validate;

/// <summary>What one run measured, simulated or real; null where its workload has no such figure.</summary>
/// <param name="Goodput">Application bytes a second.</param>
/// <param name="P50">Median latency, ms.</param>
/// <param name="P95">95 of 100 latencies are shorter, ms.</param>
internal sealed record RunFigures(double? Goodput, double? P50, double? P95)
{
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>The figures of a simulated run.</summary>
    public static RunFigures Of(WorkloadSpec workload, RunResult result) =>
        Of(workload, result.DeliveredBytes, TimeSpan.FromMicroseconds(result.Duration / 1000.0), result.Latencies);

    /// <param name="bytes">Application bytes delivered.</param>
    /// <param name="duration">From connecting to the arrival of the last byte.</param>
    /// <param name="latencies">In ns, in any order.</param>
    public static RunFigures Of(
        WorkloadSpec workload, long bytes, TimeSpan duration, IReadOnlyList<long> latencies)
    {
        if (workload.HasGoodput)
            return new RunFigures(bytes / duration.TotalSeconds, null, null);
        long[] sorted = [.. latencies.Order()];
        return new RunFigures(
            null,
            Percentiles.Percentile(sorted.AsSpan(), 500) / NanosecondsPerMillisecond,
            Percentiles.Percentile(sorted.AsSpan(), 950) / NanosecondsPerMillisecond);
    }
}
