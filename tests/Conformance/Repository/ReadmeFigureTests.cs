using System.Text.RegularExpressions;
using KcpTun.Conformance.Sim.Cli;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Repository;

/// <summary>The first tables a reader sees are what the commands above them print.</summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class ReadmeFigureTests
{
    [TestCase("README.md", "--loss 30 --rtt 200", " --html report.html")]
    [TestCase("README.zh-CN.md", "--loss 30 --rtt 200", " --html report.html")]
    [TestCase("README.md", "tune --loss 30 --rtt 200", "")]
    [Category("Figures")]
    public void A_table_of_the_readme_is_what_its_command_prints(string file, string line, string more)
    {
        string[] readme = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, file));
        int command = Array.IndexOf(readme, $"    DIR/kcptun-sim {line}{more}");
        string[][] rows =
        [
            .. readme[command..].SkipWhile(text => !text.StartsWith("|---", StringComparison.Ordinal)).Skip(1)
                .TakeWhile(text => text.StartsWith('|')).Select(row => Figures(row[(row.IndexOf('|', 1) + 1)..])),
        ];
        SimShell shell = new() { Engine = SimRun.Execute };
        shell.Run(line).ShouldBe(ExitCodes.Ok, $"{shell.Error}");
        string[][] printed = [.. shell.Output.ToString().Split('\n').Select(Figures)];
        rows.ShouldNotBeEmpty();
        foreach (string[] row in rows)
            printed.ShouldContain(one => Contains(one, row), $"{string.Join(" ", row)}\n{shell.Output}");
    }

    /// <summary>A line that is printed has figures before those of the table, in its name, and others after
    /// them.</summary>
    private static bool Contains(string[] line, string[] row) =>
        Enumerable.Range(0, Math.Max(0, line.Length - row.Length + 1))
            .Any(first => line.AsSpan(first, row.Length).SequenceEqual(row));

    private static string[] Figures(string text) => [.. Figure().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(@"±?\d+(\.\d+)?")]
    private static partial Regex Figure();
}
