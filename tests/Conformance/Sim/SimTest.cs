using System.CommandLine;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using PlanOptions = KcpTun.Sim.Cli.PlanOptions;

namespace KcpTun.Conformance.Sim;

/// <summary>
/// A run of the simulator as a test of the tunnel. Whatever fails says which command shows it again.
/// </summary>
/// <param name="Command">The run on a command line.</param>
/// <param name="Plan">What was run.</param>
/// <param name="Result">What came of it.</param>
internal sealed record SimTest(string Command, SimPlan Plan, RunResult Result)
{
    /// <summary>Runs what the words after <c>kcptun-sim run</c> say; they must describe exactly one run.</summary>
    public static SimTest Run(string line, IWireObserver? observer = null)
    {
        ExperimentPlan experiment = Experiment($"{line} --seeds 1");
        SimPlan plan = experiment.Runs().ShouldHaveSingleItem(line);
        return new SimTest(experiment.ReproduceCommand(), plan, SimRun.Execute(plan, observer));
    }

    /// <summary>The plan of exactly one run.</summary>
    public static SimPlan Single(string line) => Experiment($"{line} --seeds 1").Runs().ShouldHaveSingleItem(line);

    /// <summary>The experiment that the words after <c>kcptun-sim run</c> describe.</summary>
    public static ExperimentPlan Experiment(string line)
    {
        ShellWords.TrySplit(line, out IReadOnlyList<string> words).ShouldBeTrue(line);
        return Experiment(words);
    }

    public static ExperimentPlan Experiment(IReadOnlyList<string> words)
    {
        PlanArguments arguments = new PlanOptions(new Command("run")).ReadWords([.. words.Select(FromRoot)], "test");
        PlanBuilder.TryBuild(arguments, out ExperimentPlan? plan, out _, out string? error).ShouldBeTrue(error);
        return plan!;
    }

    /// <summary>Every byte arrived and was right, and both ends shut down cleanly.</summary>
    public SimTest ShouldComplete() => Should(result => result.IsComplete, "did not complete");

    /// <summary>Fails, with the command, unless the result is as it should be.</summary>
    public SimTest Should(Func<RunResult, bool> holds, string otherwise)
    {
        if (!holds(Result))
            Assert.Fail($"{otherwise}: {Result.Failure ?? Summary()}\n  {Command}");
        return this;
    }

    private string Summary() =>
        $"{Result.DeliveredBytes} bytes in {Result.Duration / 1e9:F3} s, retransmitted {Result.Retransmits}";

    /// <summary>Files are named from the root of the repository, wherever the tests run.</summary>
    private static string FromRoot(string word) =>
        word.StartsWith("src/", StringComparison.Ordinal) ? Path.Combine(RepositoryRoot.Path, word) : word;
}
