using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using RewritingEngine = Microsoft.Coyote.Rewriting.RewritingEngine;

namespace KcpTun.Concurrency;

/// <summary>Every scenario on the product as it is, and on its mutants.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ScenarioTests
{
    private const string TraceFolder = "artifacts/coyote";

    private static IEnumerable<TestCaseData> Scenarios() =>
        Scenario.All.Select(scenario => new TestCaseData(scenario).SetArgDisplayNames(scenario.Name));

    private static IEnumerable<TestCaseData> Mutations() =>
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
        Exploration run = Exploration.Run(scenario, Exploration.SchedulesAsked);
        TestContext.Out.WriteLine($"{scenario}: {run.Schedules} schedules, seed {Exploration.Seed}");
        if (run.Bug is not null)
            Assert.Fail(Explain(scenario, run));
    }

    [TestCaseSource(nameof(Mutations))]
    public void The_mutant_is_found_and_its_trace_replays(object of, string mutant)
    {
        var scenario = (Scenario)of;
        if (Mutants.Compiled != "all")
            Assert.Ignore($"built with -p:Mutant={Mutants.Compiled}");
        Mutants.Active = mutant;
        Exploration run = Exploration.Run(scenario, Exploration.MutantSchedules);
        TestContext.Out.WriteLine($"{scenario}, {mutant}: schedule {run.Schedules}, {run.Bug}");
        run.Bug.ShouldNotBeNull($"{mutant} survives {run.Schedules} schedules with seed {Exploration.Seed}");
        Exploration.Replay(scenario, run.Trace).Bug.ShouldBe(run.Bug);
    }

    private static string Explain(Scenario scenario, Exploration run)
    {
        string file = $"{TraceFolder}/{scenario.Name}.trace";
        if (Exploration.TraceAsked is null)
        {
            Directory.CreateDirectory(Path.Combine(RepositoryRoot.Path, TraceFolder));
            File.WriteAllText(Path.Combine(RepositoryRoot.Path, file), run.Trace);
        }

        string mutant = Mutants.Compiled == "all" ? "" : $" -p:Mutant={Mutants.Compiled}";
        string replay = $"KCPTUN_COYOTE_TRACE={file} dotnet run -c Release --project tests/Concurrency{mutant}";
        return $"""
            {scenario.Description.Claim}
            Schedule {run.Schedules} of seed {Exploration.Seed} breaks that: {run.Bug}
            The same schedule again:
            {replay} -- --filter "Name~The_claim_holds&Name~{scenario.Name}"
            {run.Log}
            """;
    }
}
