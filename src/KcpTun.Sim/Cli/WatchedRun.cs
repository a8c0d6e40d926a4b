using System.Globalization;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>One run of an experiment that is executed once more, to be watched.</summary>
internal static class WatchedRun
{
    /// <summary>The first run with a bulk transfer, else the first.</summary>
    public static FinishedRun FirstBulk(ExperimentResult result)
    {
        IReadOnlyList<FinishedRun> runs = result.Variants[0].All.Runs;
        return runs.FirstOrDefault(run => run.Plan.Workload.HasGoodput) ?? runs[0];
    }

    /// <param name="run">One of the first variant's.</param>
    public static string NameOf(ExperimentResult result, FinishedRun run) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Variants[0].Variant.Name}, {run.Plan.Workload.Text}, seed {run.Plan.Seed}");

    /// <inheritdoc cref="NameOf"/>
    public static string CommandOf(ExperimentResult result, FinishedRun run) =>
        result.Plan.ReproduceCommand(result.Variants[0].Variant, run.Plan.Workload, run.Plan.Seed);

    /// <summary>Executes the run and checks that it does the same again.</summary>
    /// <exception cref="CommandException">It does not.</exception>
    public static void Execute(SimEnvironment environment, FinishedRun run, IWireObserver observer) =>
        Check(run, environment.Execute(run.Plan, observer).TraceHash);

    /// <exception cref="CommandException">The hash of the second execution is not that of the first.</exception>
    public static void Check(FinishedRun run, string traceHash)
    {
        if (traceHash != run.Result.TraceHash)
        {
            throw new CommandException(
                ExitCodes.Nondeterminism,
                $"DET: executed again, the run of trace hash {run.Result.TraceHash} has {traceHash}");
        }
    }
}
