using System.Text.RegularExpressions;
using KcpTun.Concurrency.Harness;

namespace KcpTun.Concurrency;

/// <summary>Scenarios, mutants and docs/concurrency.md belong together.</summary>
public sealed partial class DocumentTests
{
    [Test]
    public void The_table_of_the_document_is_what_the_code_has()
    {
        string document = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "concurrency.md"));
        string[] rows = [.. Row().Matches(document).Select(row => row.Value.TrimEnd())];
        rows.ShouldBe(Scenario.All.Select(RowOf));
    }

    [Test]
    public void Every_mutant_has_one_scenario_and_every_scenario_a_mutant()
    {
        string folder = Path.Combine(RepositoryRoot.Path, "tests", "Concurrency", "mutants");
        string[] files = [.. Directory.GetFiles(folder).Select(file => Path.GetFileNameWithoutExtension(file)!)];
        Scenario.All.SelectMany(scenario => scenario.Description.Mutants).ShouldBe(files, ignoreOrder: true);
        Scenario.All.ShouldAllBe(scenario => scenario.Description.Mutants.Count > 0);
    }

    private static string RowOf(Scenario scenario)
    {
        string mutants = string.Join(", ", scenario.Description.Mutants.Select(mutant => $"`{mutant}`"));
        return $"| `{scenario.Name}` | {scenario.Description.Claim} | {mutants} |";
    }

    [GeneratedRegex(@"^\| `.*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
