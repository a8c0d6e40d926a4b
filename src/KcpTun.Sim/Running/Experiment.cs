using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Running;

/// <summary>How far an experiment or a sweep is.</summary>
/// <param name="Done">Runs that have ended.</param>
/// <param name="Total">Runs in all.</param>
public readonly record struct RunProgress(int Done, int Total);

/// <summary>Runs all of a plan.</summary>
public static class Experiment
{
    /// <param name="plan">What to run.</param>
    /// <param name="pool">Executes the runs.</param>
    /// <param name="progress">Told how far it is, by the caller's thread.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ExperimentResult Run(
        ExperimentPlan plan,
        RunPool<SimPlan, RunResult> pool,
        Action<RunProgress>? progress,
        CancellationToken cancellation)
    {
        SimPlan[] runs = [.. plan.Runs()];
        RunResult?[] results = new RunResult?[runs.Length];
        int done = 0;
        try
        {
            pool.Execute(
                runs,
                (index, result) =>
                {
                    results[index] = result;
                    done++;
                },
                () => progress?.Invoke(new RunProgress(done, runs.Length)),
                cancellation);
        }
        catch (RunFailedException failed)
        {
            SimPlan run = runs[failed.Index];
            Variant variant = plan.Variants[failed.Index / (runs.Length / plan.Variants.Count)];
            failed.Command = plan.ReproduceCommand(variant, run.Workload, run.Seed);
            throw;
        }

        return new ExperimentResult(plan, [.. runs.Zip(results, (run, result) => new FinishedRun(run, result!))]);
    }
}
