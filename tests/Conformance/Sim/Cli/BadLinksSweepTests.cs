using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using KcpTun.Conformance.Support;
using KcpTun.Kcp.Auto;
using KcpTun.Sim.BadLinks;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary><c>kcptun-sim bad-links --sweep</c>: other values of mode auto's parameters.</summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class BadLinksSweepTests
{
    private const string Tiny = "bad-links --sweep --parameter StartGain --only '1 %, 50 ms: upload' --seeds 1";

    private static readonly PropertyInfo[] s_properties =
        typeof(AutoParameters).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static readonly string s_source = File.ReadAllText(
        Path.Combine(RepositoryRoot.Path, "src", "KcpTun", "Kcp", "Auto", "AutoParameters.cs"));

    private static IEnumerable<string> Names() => s_properties.Select(property => property.Name);

    [Test]
    public void Every_parameter_is_swept() =>
        ParameterSweep.All.Select(sweep => sweep.Name).ShouldBe(Names(), ignoreOrder: true);

    [TestCaseSource(nameof(Names))]
    public void Values_are_around_the_default_and_in_range(string name)
    {
        ParameterSweep sweep = ParameterSweep.All.Single(one => one.Name == name);
        int usual = (int)s_properties.Single(property => property.Name == name).GetValue(AutoParameters.Default)!;
        sweep.Values[sweep.DefaultIndex].ShouldBe(usual);
        sweep.Values.Count.ShouldBeInRange(4, 6);
        sweep.Values.ShouldBe(sweep.Values.Distinct().Order());
        Match range = Range(name);
        int least = int.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture);
        int most = int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture);
        foreach (int value in sweep.Values)
            value.ShouldBeInRange(least, most);
    }

    [TestCaseSource(nameof(Names))]
    public void A_value_is_set_where_its_name_says_and_nowhere_else(string name)
    {
        ParameterSweep sweep = ParameterSweep.All.Single(one => one.Name == name);
        foreach (int value in sweep.Values.Where((_, index) => index != sweep.DefaultIndex))
        {
            AutoParameters parameters = sweep.With(value);
            PropertyInfo changed = s_properties
                .Where(property => !Equals(property.GetValue(parameters), property.GetValue(AutoParameters.Default)))
                .ShouldHaveSingleItem();
            changed.Name.ShouldBe(name);
            changed.GetValue(parameters).ShouldBe(value);
        }
    }

    [Test]
    public void An_end_that_is_not_in_mode_auto_stays_as_it_is()
    {
        ParameterSweep sweep = ParameterSweep.All[0];
        foreach ((string ends, bool isServerAuto) in
            new[] { (BadLink.OursToOurs, true), (BadLink.TowardsStock, false) })
        {
            Variant usual = SimTest.Experiment($"--loss 1 {ends} --seeds 1").Variants[0];
            foreach ((int value, Variant variant) in sweep.Values.Zip(sweep.Apply(usual)))
            {
                variant.Client.Auto.ShouldBe(sweep.With(value));
                variant.Server.Auto.ShouldBe(isServerAuto ? sweep.With(value) : AutoParameters.Default);
            }
        }
    }

    [Test]
    public void A_sweep_is_the_same_twice_and_a_value_changes_what_is_measured()
    {
        string[] outputs = [.. Enumerable.Range(0, 2).Select(_ => Output(Tiny))];
        outputs[1].ShouldBe(outputs[0]);
        string[][] rows =
        [
            .. outputs[0].Split('\n').Where(line => line.StartsWith('|'))
                .Skip(2).Select(line => line.Split('|', StringSplitOptions.TrimEntries)),
        ];
        ParameterSweep sweep = ParameterSweep.All.Single(one => one.Name == nameof(AutoParameters.StartGain));
        rows.Select(cells => cells[1].Trim('*')).ShouldBe(sweep.Values.Select(value => $"{value}"));
        rows[sweep.DefaultIndex][1].ShouldBe($"**{AutoParameters.Default.StartGain}**");
        rows.Select(cells => cells[2].Trim('*')).Distinct().Count().ShouldBeGreaterThan(2);
    }

    [Test]
    public void Each_parameter_has_its_place_in_the_document()
    {
        using TemporaryFolder folder = new();
        string line = $"{Tiny} --markdown {folder["sweeps.md"]} --plots {folder["plot"]}";
        File.WriteAllText(folder["sweeps.md"], "# Sweeps\n");
        Output(line);
        Output(line.Replace("StartGain", "InitialSegments", StringComparison.Ordinal));
        string both = File.ReadAllText(folder["sweeps.md"]);
        both.ShouldStartWith("# Sweeps\n");
        Heading().Matches(both).Select(match => match.Value).ShouldBe(["### StartGain", "### InitialSegments"]);
        Output(line);
        File.ReadAllText(folder["sweeps.md"]).ShouldBe(both);
        File.Exists(folder["plot-sweeps.png"]).ShouldBeTrue();
    }

    [Test]
    public void A_run_that_does_not_complete_is_named_and_the_rest_is_there()
    {
        SimShell shell = new()
        {
            Engine = (plan, observer) => SimShell.Pretend(plan, observer) with
            {
                IsComplete = plan.Client.Auto.StartGain < 500,
                Failure = "limit",
            },
        };
        shell.Run(Tiny).ShouldBe(ExitCodes.Incomplete);
        shell.Lines[0].ShouldBe("kcptun-sim: StartGain 500, 1 %, 50 ms: upload: limit");
        shell.Output.ToString().ShouldContain("### StartGain");
    }

    [Test]
    public void A_wrong_name_is_refused_with_the_right_ones()
    {
        SimShell shell = new();
        shell.Run("bad-links --sweep --parameter StartGian").ShouldBe(ExitCodes.Usage);
        shell.Lines.ShouldHaveSingleItem().ShouldBe(
            "kcptun-sim: --parameter StartGian: no such parameter; did you mean StartGain?; use one of "
            + string.Join(", ", Names()));
        shell.Runs.ShouldBe(0);
    }

    [TestCase("--parameter StartGain", ExitCodes.Usage, "--parameter StartGain: it means something with --sweep only")]
    [TestCase("--sweep --only zebra", ExitCodes.Usage, "--only zebra: no link of the sweep has such a name")]
    [TestCase("--sweep --plots /nowhere/at/all", ExitCodes.Failure, "all-sweeps.png: there is no directory")]
    public void What_cannot_be_done_is_refused_before_anything_runs(string options, int status, string message)
    {
        SimShell shell = new();
        shell.Run($"bad-links {options}").ShouldBe(status);
        shell.Lines.ShouldHaveSingleItem().ShouldContain(message);
        shell.Runs.ShouldBe(0);
    }

    private static string Output(string line)
    {
        SimShell shell = new() { Engine = SimRun.Execute };
        shell.Run(line).ShouldBe(ExitCodes.Ok, shell.Error.ToString());
        return shell.Output.ToString();
    }

    /// <summary>As the record's comment gives it: the first "4 to 1024" above the property.</summary>
    private static Match Range(string name)
    {
        string before = s_source[..s_source.IndexOf($"public int {name} ", StringComparison.Ordinal)];
        Match range = RangeText().Match(before[before.LastIndexOf("<summary>", StringComparison.Ordinal)..]);
        range.Success.ShouldBeTrue($"{name} has no range");
        return range;
    }

    [GeneratedRegex("([0-9]+) to ([0-9]+)")]
    private static partial Regex RangeText();

    [GeneratedRegex("^### .*$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
