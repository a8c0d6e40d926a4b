using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Golden;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Golden;

/// <summary>Runs whose every event is known: the same here as on any machine.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class GoldenPlanTests
{
    private const string Regenerate =
        "if the change is meant: dotnet run -c Release --project tests/Conformance -- "
        + "--filter \"FullyQualifiedName~Record_the_golden_hashes\"";

    private static string HashesPath =>
        Path.Combine(RepositoryRoot.Path, "src", "KcpTun.Sim", "Golden", GoldenPlans.FileName);

    private static IEnumerable<TestCaseData> Plans() =>
        GoldenPlans.All.Select(plan => new TestCaseData(plan).SetArgDisplayNames(plan.Name));

    [TestCaseSource(nameof(Plans))]
    public void The_golden_hash_holds(GoldenPlan plan)
    {
        ExperimentResult result = Execute(plan);
        string figures = GoldenFigures.Row(plan, Only(result));
        if (!GoldenFigures.Recorded.Contains(figures))
        {
            Assert.Fail(
                $"{plan.Name}: the figures are not those of {GoldenFigures.FileName}\n  {figures}\n  {Regenerate}");
        }

        if (result.TraceHash != plan.TraceHash)
        {
            Assert.Fail(
                $"{plan.Name}: the hash was {plan.TraceHash ?? "not recorded"}, it is {result.TraceHash}\n"
                + $"  {plan.Command}\n  {Regenerate}");
        }
    }

    [Test]
    public void Names_and_lines_are_unique()
    {
        GoldenPlans.All.Select(plan => plan.Name).ShouldBeUnique();
        GoldenPlans.All.Select(plan => plan.Line).ShouldBeUnique();
        GoldenPlans.All.Select(plan => plan.TraceHash).ShouldBeUnique();
    }

    [Test]
    public void No_hash_is_left_over()
    {
        Dictionary<string, string> hashes =
            JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(HashesPath))!;
        hashes.Keys.ShouldBe(GoldenPlans.All.Select(plan => plan.Name), ignoreOrder: true);
        GoldenFigures.Recorded.Count.ShouldBe(GoldenPlans.All.Count);
    }

    [Test]
    [Explicit("Writes the hashes that the runs have now.")]
    public void Record_the_golden_hashes()
    {
        var hashes = new Dictionary<string, string>();
        var rows = new List<string>();
        foreach (GoldenPlan plan in GoldenPlans.All)
        {
            ExperimentResult result = Execute(plan);
            TestContext.Out.WriteLine(
                $"{plan.Name}: {(result.IsComplete ? "complete" : result.Variants[0].Failure)} {plan.Command}");
            hashes.Add(plan.Name, result.TraceHash);
            rows.Add(GoldenFigures.Row(plan, Only(result)));
        }

        File.WriteAllText(HashesPath, JsonSerializer.Serialize(hashes, s_indented) + "\n");
        GoldenFigures.Record(rows);
    }

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private static RunResult Only(ExperimentResult result) =>
        result.Variants.ShouldHaveSingleItem().All.Runs.ShouldHaveSingleItem().Result;

    private static ExperimentResult Execute(GoldenPlan plan) => Experiment.Run(
        SimTest.Experiment(plan.Arguments),
        new RunPool<SimPlan, RunResult>(run => SimRun.Execute(run), 1),
        null,
        CancellationToken.None);
}
