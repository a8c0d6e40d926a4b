using System.Text.RegularExpressions;
using KcpTun.Cli;
using KcpTun.Conformance.Sim.Cli;
using KcpTun.Conformance.Support;
using KcpTun.Settings;
using KcpTun.Sim.Cli;

namespace KcpTun.Conformance.Repository;

/// <summary>The tables of options say what the programs print under <c>-h</c>: nothing less and nothing more.</summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class DocumentedOptionTests
{
    [TestCase("client", FlagSides.Client, 4)]
    [TestCase("server", FlagSides.Server, 5)]
    public void Help_of_the_tunnel_prints_the_flags_of_the_table(string name, object side, int column)
    {
        string help = HelpText.Command((FlagSides)side, "1");
        string[] printed = [.. HelpFlag().Matches(help).Select(match => match.Groups[1].Value)];
        IEnumerable<string> documented = Rows("options.md")
            .Where(cells => cells.Length > 5 && cells[column].Trim().Length > 0)
            .Where(cells => cells[1].TrimStart().StartsWith("`-", StringComparison.Ordinal))
            .Where(cells => !cells[1].Contains("not in `-h`", StringComparison.Ordinal))
            .Select(cells => Option().Match(cells[1]).Value.TrimStart('-'));
        printed.ShouldBe(documented, ignoreOrder: true, $"kcptun {name} -h");
    }

    [Test]
    public void Tables_of_the_simulator_name_no_option_that_it_lacks()
    {
        HashSet<string> known = [.. SimulatorOptions().SelectMany(command => command.Options)];
        string[] documented = [.. Rows("simulator.md").SelectMany(cells => Option().Matches(cells[1]))
            .Select(match => match.Value).Distinct()];
        documented.Length.ShouldBeGreaterThan(30);
        documented.Except(known).ShouldBeEmpty();
    }

    [Test]
    public void Options_that_help_shows_for_a_run_are_all_in_a_table()
    {
        string[] documented = [.. Rows("simulator.md").SelectMany(cells => Option().Matches(cells[1]))
            .Select(match => match.Value)];
        SimulatorOptions().Single(command => command.Name == "run").Shown
            .Where(option => option is not ("--help" or "--version"))
            .Except(documented).ShouldBeEmpty();
    }

    private static IEnumerable<(string Name, IReadOnlyList<string> Options, IReadOnlyList<string> Shown)>
        SimulatorOptions()
    {
        SimEnvironment environment = new()
        {
            Output = TextWriter.Null,
            Error = TextWriter.Null,
            Version = "1",
            Execute = SimShell.Pretend,
        };
        foreach (System.CommandLine.Command command in SimCommands.All.Select(one => one.Create(environment)))
        {
            yield return (
                command.Name,
                [.. command.Options.Select(option => option.Name)],
                [.. command.Options.Where(option => !option.Hidden).Select(option => option.Name)]);
        }
    }

    private static IEnumerable<string[]> Rows(string document) =>
        File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", document))
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Split('|'));

    [GeneratedRegex(@"(?<![\w-])--?[A-Za-z][A-Za-z-]*")]
    private static partial Regex Option();

    /// <summary>The first name on a line of help.</summary>
    [GeneratedRegex("^ +--?([A-Za-z][A-Za-z-]*)", RegexOptions.Multiline)]
    private static partial Regex HelpFlag();
}
