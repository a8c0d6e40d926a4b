using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Running;

/// <summary>What a variant did over all seeds.</summary>
public sealed class VariantResult
{
    /// <param name="variant">The settings.</param>
    /// <param name="runs">Its runs, in the plan's order.</param>
    public VariantResult(Variant variant, IReadOnlyList<FinishedRun> runs)
    {
        Variant = variant;
        All = new RunGroup(runs);
        Seeds = [.. runs.GroupBy(run => run.Plan.Seed).Select(group => new RunGroup([.. group]))];
    }

    public Variant Variant { get; }

    /// <summary>All runs in one pool.</summary>
    public RunGroup All { get; }

    /// <summary>The runs of each seed, in order of seed.</summary>
    public IReadOnlyList<RunGroup> Seeds { get; }

    public bool IsComplete => All.IsComplete;

    /// <summary>Why the first run that did not complete did not, or null.</summary>
    public string? Failure => All.Runs.FirstOrDefault(run => !run.Result.IsComplete)?.Result.Failure;

    /// <summary>The metric's mean over seeds and its confidence; null if no seed has a value.</summary>
    public Estimate? Estimate(Metric metric)
    {
        double[] values = [.. Values(metric)];
        return values.Length == 0 ? null : Statistics.Mean(values);
    }

    /// <summary>The metric's value for each seed that has one.</summary>
    public IEnumerable<double> Values(Metric metric) => Seeds.Select(metric.Read).OfType<double>();

    /// <summary>
    /// How the metric differs from another variant's, seed by seed; null if the two have no seed in common.
    /// </summary>
    public Estimate? Difference(Metric metric, VariantResult baseline)
    {
        List<double> ours = [];
        List<double> theirs = [];
        foreach (RunGroup seed in Seeds)
        {
            ulong number = seed.Runs[0].Plan.Seed;
            RunGroup? other = baseline.Seeds.FirstOrDefault(group => group.Runs[0].Plan.Seed == number);
            if (metric.Read(seed) is { } value && other is not null && metric.Read(other) is { } reference)
            {
                ours.Add(value);
                theirs.Add(reference);
            }
        }

        return ours.Count == 0 ? null : Statistics.Difference(ours, theirs);
    }
}
