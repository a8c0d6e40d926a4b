using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>What a person asks of a comparison: which is fastest, which is smoothest, which is cheapest.</summary>
internal static class Verdicts
{
    /// <summary>
    /// Only variants that completed are considered. Those that differ from the best by no more than chance explains,
    /// seed by seed, are named beside it.
    /// </summary>
    public static IEnumerable<string> Of(ExperimentResult result)
    {
        VariantResult[] complete = [.. result.Variants.Where(variant => variant.IsComplete)];
        if (complete.Length == 0)
        {
            yield return "no variant completed: raise --limit, or see why with --json -";
            yield break;
        }

        if (complete.Length < result.Variants.Count)
        {
            IEnumerable<string> others = result.Variants.Except(complete).Select(variant => variant.Variant.Name);
            yield return $"incomplete, so left out: {string.Join(", ", others)}";
        }

        if (complete.Length == 1)
            yield break;
        foreach ((string title, Metric metric) in new[]
        {
            ("best goodput", Metric.Goodput), ("best p99", Metric.LatencyP99), ("cheapest", Metric.Wire),
        })
        {
            if (Best(complete, metric) is { } verdict)
                yield return $"{title}: {verdict}";
        }
    }

    private static string? Best(VariantResult[] variants, Metric metric)
    {
        VariantResult[] measured = [.. variants.Where(variant => variant.Estimate(metric) is not null)];
        if (measured.Length == 0)
            return null;
        double sign = metric.Better == MetricDirection.Higher ? -1 : 1;
        VariantResult best = measured.MinBy(variant => sign * variant.Estimate(metric)!.Value.Mean)!;
        string[] ties = [.. measured.Where(other => other != best && IsTie(other, best, metric))
            .Select(other => other.Variant.Name)];
        return ties.Length == 0
            ? best.Variant.Name
            : $"{best.Variant.Name}; no clear difference from {string.Join(", ", ties)}";
    }

    private static bool IsTie(VariantResult other, VariantResult best, Metric metric) =>
        other.Difference(metric, best) is { } difference
        && (difference.HalfWidth is null ? difference.Mean == 0 : !difference.ExcludesZero);
}
