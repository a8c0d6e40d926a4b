using System.Globalization;
using System.Text.RegularExpressions;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Workloads;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary>docs/simulator.md: its commands work, and its tables say what the program says.</summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class DocumentationTests
{
    private const string Program = "kcptun-sim";

    private static readonly string[] s_fileOptions =
        ["--html", "--png", "--pcapng", "--json", "--csv", "--record", "--out", "--trace"];

    private static readonly string[] s_fileCommands = ["replay", "merge"];

    private static readonly string s_text =
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "simulator.md"));

    /// <summary>The blocks marked <c>test</c>; the commands of one share a folder.</summary>
    private static IEnumerable<TestCaseData> Blocks() => TestedBlock().Matches(s_text)
        .Select(match => match.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        .Select(lines => new TestCaseData([lines]).SetArgDisplayNames(lines[0]));

    [TestCaseSource(nameof(Blocks))]
    public void The_commands_work(string[] lines)
    {
        using TemporaryFolder folder = new();
        foreach (string line in lines)
        {
            if (!line.StartsWith($"{Program} ", StringComparison.Ordinal))
            {
                line.ShouldEndWith("> link.trace");
                File.WriteAllLines(folder["link.trace"], Enumerable.Range(6, 30).Select(i => $"{i / 6 * 10}"));
                continue;
            }

            Match status = Status().Match(line);
            string command = status.Success ? line[..status.Index] : line;
            int expected = status.Success ? int.Parse(status.Groups[1].Value, null) : ExitCodes.Ok;
            ShellWords.TrySplit(command, out IReadOnlyList<string> words).ShouldBeTrue(line);
            SimShell shell = new() { Engine = SimRun.Execute };
            string[] here = [.. Located([.. words.Skip(1)], folder)];
            shell.Run(here).ShouldBe(expected, $"{line}\n{shell.Error}\n{shell.Output}");
            foreach (int i in Enumerable.Range(1, here.Length - 1).Where(i => s_fileOptions.Contains(here[i - 1])))
            {
                bool isThere = here[i] == "-" || Path.Exists(here[i]);
                (isThere || here.Contains("--emit")).ShouldBeTrue($"{line}: {here[i]}");
            }
        }
    }

    [Test]
    public void The_table_of_path_options_is_complete() => ShouldHaveRows(
        "PathOptions.All",
        PathOptions.All.Select(option =>
            $"| `{PlanNames.OfLink(option.Key)}` | `{Cell(option.ValueHelp)}` | {Cell(option.Help)} "
            + $"| `{Cell(option.Example)}` |"));

    [Test]
    public void The_table_of_presets_is_complete() => ShouldHaveRows(
        "PathPresets.All",
        PathPresets.All.Select(preset =>
        {
            IEnumerable<string> settings = preset.Settings.Select(setting => $"{setting.Key}={setting.Value}");
            return $"| `{preset.Name}` | `{Cell(string.Join(' ', settings))}` | {Cell(preset.Source)} |";
        }));

    [Test]
    public void The_table_of_workloads_is_complete() => ShouldHaveRows(
        "WorkloadParser.Kinds",
        WorkloadParser.Kinds.Select(kind => $"| `{Cell(kind.Syntax)}` | {Cell(kind.Help)} |"));

    [Test]
    public void Every_metric_has_a_definition()
    {
        foreach (Metric metric in Metric.All)
            s_text.ShouldContain($"\n| `{metric.Name}` | ");
    }

    [Test]
    public void Every_rule_of_the_swarm_is_explained()
    {
        string sources = Path.Combine(RepositoryRoot.Path, "src", "KcpTun.Sim");
        IEnumerable<string> rules = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Rule().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Distinct();
        foreach (string rule in rules)
            s_text.ShouldContain($"\n| `{rule}` | ");
    }

    [Test]
    public void Every_exit_status_is_explained()
    {
        int[] statuses = [.. typeof(ExitCodes).GetFields().Where(field => field.FieldType == typeof(int))
            .Select(field => (int)field.GetRawConstantValue()!)];
        statuses.Length.ShouldBeGreaterThan(8);
        foreach (int status in statuses)
            s_text.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"\n| {status} | "));
    }

    [Test]
    public void Every_command_and_every_option_of_its_own_is_mentioned()
    {
        SimEnvironment environment = new()
        {
            Output = TextWriter.Null,
            Error = TextWriter.Null,
            Version = "1",
            Execute = SimShell.Pretend,
        };
        string conformance = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "conformance.md"));
        foreach (System.CommandLine.Command command in SimCommands.All.Select(one => one.Create(environment)))
        {
            string text = command.Name == "conform" ? conformance : s_text;
            text.ShouldContain($"{Program} {command.Name}");
            foreach (string option in command.Options.Where(option => !option.Hidden).Select(option => option.Name))
                text.ShouldContain(option);
        }
    }

    /// <summary>The table after the comment that names its source has these rows and no others.</summary>
    private static void ShouldHaveRows(string source, IEnumerable<string> rows)
    {
        int start = s_text.IndexOf($"with {source}. -->", StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0);
        IEnumerable<string> found = s_text[start..].Split('\n')
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2);
        found.ShouldBe(rows);
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>Files that are named from here are to be in the folder.</summary>
    private static IEnumerable<string> Located(string[] words, TemporaryFolder folder)
    {
        for (int i = 0; i < words.Length; i++)
        {
            bool isFile = i > 0 && (s_fileOptions.Contains(words[i - 1])
                || (s_fileCommands.Contains(words[0]) && i == 1));
            yield return isFile && words[i] != "-" ? folder[words[i]] : words[i];
        }
    }

    [GeneratedRegex("\n```sh test\n(.*?)\n```\n", RegexOptions.Singleline)]
    private static partial Regex TestedBlock();

    /// <summary>What a command ends with, if not with 0.</summary>
    [GeneratedRegex(" +# status ([0-9]+)$")]
    private static partial Regex Status();

    [GeneratedRegex("\"([A-Z]{3}-[0-9]|DET)\\b")]
    private static partial Regex Rule();
}
