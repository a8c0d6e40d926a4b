using System.IO.Hashing;
using System.Text;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Running;

/// <summary>What an experiment found out.</summary>
public sealed class ExperimentResult
{
    /// <param name="plan">What was run.</param>
    /// <param name="runs">All runs, in the plan's order.</param>
    public ExperimentResult(ExperimentPlan plan, IReadOnlyList<FinishedRun> runs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(runs.Count, plan.RunCount);
        Plan = plan;
        int each = plan.RunCount / plan.Variants.Count;
        Variants =
        [
            .. plan.Variants.Select((variant, index) =>
                new VariantResult(variant, [.. runs.Skip(index * each).Take(each)])),
        ];
        TraceHash = HashOf(runs.Select(run => run.Result.TraceHash));
        SimulatedTime = runs.Sum(run => run.Result.SimulatedTime);
    }

    public ExperimentPlan Plan { get; }

    /// <summary>In the plan's order.</summary>
    public IReadOnlyList<VariantResult> Variants { get; }

    /// <summary>Hash over the hashes of all runs, 32 hexadecimal digits.</summary>
    public string TraceHash { get; }

    /// <summary>Virtual time of all runs, ns.</summary>
    public long SimulatedTime { get; }

    public bool IsComplete => Variants.All(variant => variant.IsComplete);

    /// <summary>One hash for several, in order.</summary>
    public static string HashOf(IEnumerable<string> traceHashes) =>
        Convert.ToHexStringLower(XxHash128.Hash(Encoding.ASCII.GetBytes(string.Concat(traceHashes))));
}
