using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Bench.Validate;

/// <summary>What the simulator says about a point.</summary>
internal static class Prediction
{
    /// <summary>One figure for each seed.</summary>
    /// <exception cref="ArgumentException">A flag of the point is refused.</exception>
    /// <exception cref="IOException">A run did not complete.</exception>
    public static IReadOnlyList<RunFigures> Run(
        LinkPoint point, string workload, int seeds, CancellationToken cancellation)
    {
        PlanArguments arguments = new()
        {
            Link = point.Link,
            Flags = point.CommonFlags,
            Modes = [point.Mode],
            Fecs = [point.Fec.ToString()],
            Workloads = [workload],
            Seeds = seeds,
        };
        if (!PlanBuilder.TryBuild(arguments, out ExperimentPlan? plan, out _, out string? error))
            throw new ArgumentException($"--points {point}: {error}");
        RunPool<SimPlan, RunResult> pool = new(run => SimRun.Execute(run), Environment.ProcessorCount);
        ExperimentResult result = Experiment.Run(plan!, pool, null, cancellation);
        VariantResult variant = result.Variants[0];
        return variant.Failure is { } failure
            ? throw new IOException($"{point}: {failure}")
            : [.. variant.All.Runs.Select(run => RunFigures.Of(run.Plan.Workload, run.Result))];
    }
}
