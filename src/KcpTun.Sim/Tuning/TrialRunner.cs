using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Tuning;

/// <summary>Runs what trials still lack. The total of the progress grows from stage to stage.</summary>
/// <param name="pool">Executes the runs.</param>
/// <param name="progress">Told how far it is, by the caller's thread.</param>
/// <param name="cancellation">Gives up.</param>
internal sealed class TrialRunner(
    RunPool<SimPlan, RunResult> pool, Action<RunProgress>? progress, CancellationToken cancellation)
{
    private int _done;

    /// <summary>Runs so far.</summary>
    public int Runs => _done;

    /// <summary>Virtual time of all runs, ns.</summary>
    public long SimulatedTime { get; private set; }

    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="RunFailedException">A run threw, which is a defect.</exception>
    public void Run(IReadOnlyList<Trial> trials, int seeds)
    {
        (Trial Trial, int Workload, SimPlan Plan)[] runs =
        [
            .. trials.SelectMany(trial => trial.Missing(seeds).Select(run => (trial, run.Workload, run.Plan))),
        ];
        int total = _done + runs.Length;
        RunResult[] results = new RunResult[runs.Length];
        try
        {
            pool.Execute(
                [.. runs.Select(run => run.Plan)],
                (index, result) =>
                {
                    results[index] = result;
                    _done++;
                },
                () => progress?.Invoke(new RunProgress(_done, total)),
                cancellation);
        }
        catch (RunFailedException failed)
        {
            (Trial trial, _, SimPlan plan) = runs[failed.Index];
            failed.Command = trial.Plan.ReproduceCommand(trial.Plan.Variants[0], plan.Workload, plan.Seed);
            throw;
        }

        foreach (((Trial trial, int workload, SimPlan plan), RunResult result) in runs.Zip(results))
        {
            trial.Add(workload, plan, result);
            SimulatedTime += result.SimulatedTime;
        }

        foreach (Trial trial in trials)
            trial.Conclude(seeds);
    }
}
