using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tracing;

namespace KcpTun.Sim.Cli;

/// <summary><c>run --record</c>: every event of one run, for <c>replay</c>.</summary>
internal sealed class RecordOutput : IExperimentOutput
{
    public string Option => "--record";

    public string Help => "write every event of the run, which must be the only one, for replay";

    public void Check(string path, ExperimentPlan plan)
    {
        if (plan.RunCount != 1)
        {
            throw CommandException.Usage(
                $"{Option} {path}: holds one run, but these are {plan.RunCount}: give one --mode, one --fec, "
                + "one --workload and --seeds 1");
        }
    }

    public void Write(SimEnvironment environment, string path, ExperimentResult result)
    {
        FinishedRun run = result.Variants[0].All.Runs[0];
        string[] words = [.. result.Plan.Arguments.ToWords()];
        RunResult recorded = TraceRecording.Write(path, run.Plan, environment.Version, words);
        WatchedRun.Check(run, recorded.TraceHash);
    }
}
