using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Running;

/// <summary>One run of an experiment and what came of it.</summary>
public sealed record FinishedRun(SimPlan Plan, RunResult Result);

/// <summary>
/// What one variant did in one or more runs: those of one seed, for statistics over seeds, or all of them.
/// </summary>
public sealed class RunGroup
{
    private readonly long[] _latencies;

    /// <param name="runs">At least one.</param>
    public RunGroup(IReadOnlyList<FinishedRun> runs)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count);
        Runs = runs;
        _latencies = [.. runs.Where(run => run.Plan.Workload.HasLatency).SelectMany(run => run.Result.Latencies)];
        Array.Sort(_latencies);
    }

    public IReadOnlyList<FinishedRun> Runs { get; }

    public bool IsComplete => Runs.All(run => run.Result.IsComplete);

    /// <summary>Samples behind <see cref="Latency"/>.</summary>
    public int LatencyCount => _latencies.Length;

    /// <summary>Virtual time of all runs, ns.</summary>
    public long Duration => Runs.Sum(run => run.Result.Duration);

    /// <summary>
    /// Application bytes a second, from the workloads that move as much as they can; null if there is none.
    /// </summary>
    public double? Goodput
    {
        get
        {
            FinishedRun[] moving = [.. Runs.Where(run => run.Plan.Workload.HasGoodput)];
            long time = moving.Sum(run => run.Result.Duration);
            return time == 0
                ? null
                : (double)moving.Sum(run => run.Result.DeliveredBytes) / time * SimTime.Second;
        }
    }

    /// <summary>
    /// Mean time to the end of the workloads that have one for their speed, else of all, ns; null when none completed.
    /// </summary>
    public double? Completion
    {
        get
        {
            FinishedRun[] done = [.. Runs.Where(run => run.Result.IsComplete)];
            FinishedRun[] bulk = [.. done.Where(run => run.Plan.Workload.HasGoodput)];
            if (bulk.Length > 0)
                done = bulk;
            return done.Length == 0 ? null : (double)done.Sum(run => run.Result.Duration) / done.Length;
        }
    }

    /// <summary>
    /// A percentile of the latencies, ns, samples of all runs in one pool; null without samples.
    /// </summary>
    /// <param name="perMille">500 is the median, 1000 the largest.</param>
    public double? Latency(int perMille) =>
        _latencies.Length == 0 ? null : Statistics.Percentile(_latencies.AsSpan(), perMille);

    /// <summary>Sum over all runs.</summary>
    public long Sum(Func<RunResult, long> part) => Runs.Sum(run => part(run.Result));

    /// <summary>Largest of all runs.</summary>
    public long Max(Func<RunResult, long> part) => Runs.Max(run => part(run.Result));

    /// <summary>A sum as a fraction of another; null where that is zero.</summary>
    public double? Ratio(Func<RunResult, long> part, Func<RunResult, long> whole)
    {
        long divisor = Sum(whole);
        return divisor == 0 ? null : (double)Sum(part) / divisor;
    }
}
