using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using RewritingEngine = Microsoft.Coyote.Rewriting.RewritingEngine;

namespace KcpTun.Concurrency;

/// <summary>Every scenario on the product as it is, and on each of its mutants.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ScenarioTests
{
    private static IEnumerable<TestCaseData> Scenarios() =>
        Scenario.All.Select(scenario => new TestCaseData(scenario).SetArgDisplayNames(scenario.Name));

    private static IEnumerable<TestCaseData> Pairs() =>
        from scenario in Scenario.All
        from mutant in scenario.Description.Mutants
        select new TestCaseData(scenario, mutant).SetArgDisplayNames(scenario.Name, mutant);

    [OneTimeSetUp]
    public void Both_assemblies_are_rewritten()
    {
        RewritingEngine.IsAssemblyRewritten(typeof(MuxStream).Assembly).ShouldBeTrue("KcpTun.dll is not rewritten");
        RewritingEngine.IsAssemblyRewritten(typeof(ScenarioTests).Assembly).ShouldBeTrue("the tests are not rewritten");
    }

    [TestCaseSource(nameof(Scenarios))]
    public void The_claim_holds(object of)
    {
        var scenario = (Scenario)of;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Exploration run = Exploration.Run(scenario, Exploration.IterationsAsked);
        Console.Error.WriteLine($"{scenario}: {run.Iterations} {watch.ElapsedMilliseconds} ms {run.Bug}");
        run.Bug.ShouldBeNull(run.Log);
    }

    [TestCaseSource(nameof(Pairs))]
    public void A_mutant_is_found(object of, string mutant)
    {
        var scenario = (Scenario)of;
        Mutants.Active = mutant;
        try
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            Exploration run = Exploration.Run(scenario, 1000);
            Console.Error.WriteLine($"{scenario} {mutant}: {run.Iterations} {watch.ElapsedMilliseconds} ms {run.Bug}");
            run.Bug.ShouldNotBeNull();
            Exploration.Replay(scenario, run.Trace).Bug.ShouldBe(run.Bug);
        }
        finally
        {
            Mutants.Active = "";
        }
    }
}
