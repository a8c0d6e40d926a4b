using System.CommandLine;
using KcpTun.Kcp;
using KcpTun.Settings;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Running;
using KcpTun.Sim.Workloads;

namespace KcpTun.Sim.Cli;

/// <summary><c>kcptun-sim list</c>: what options may say.</summary>
public sealed class ListCommand : ISimCommand
{
    private static readonly (string Name, Func<IEnumerable<string[]>> Rows, string[] Headers)[] s_lists =
    [
        ("presets", Presets, ["--net", "stands for", "source"]),
        ("workloads", Workloads, ["--workload", "what it does"]),
        ("modes", Modes, ["--mode", "nodelay", "interval", "resend", "nc"]),
        ("metrics", Metrics, ["metric", "better", "compared with", "what it is"]),
        ("options", Options, ["option", "value", "what it does"]),
    ];

    /// <summary>No table: the script for Wireshark, to be sent into a file.</summary>
    private const string Dissector = "dissector";

    private static IEnumerable<string> AllNames => s_lists.Select(list => list.Name).Append(Dissector);

    private static string Names => string.Join(", ", AllNames);

    public Command Create(SimEnvironment environment)
    {
        Command command = new("list", $"print {Names}");
        Argument<string?> what = new("WHAT") { Arity = ArgumentArity.ZeroOrOne, Description = Names };
        command.Add(what);
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(what) ?? throw CommandException.Usage($"list: say what: {Names}");
            if (name == Dissector)
            {
                environment.Output.Write(LuaDissector.Text);
                return ExitCodes.Ok;
            }

            int index = Array.FindIndex(s_lists, list => list.Name == name);
            if (index < 0)
            {
                string hint = NearestName.Hint(name, AllNames);
                throw CommandException.Usage($"list {name}: no such list{hint}; there are {Names}");
            }

            TextTable table = new(s_lists[index].Headers, s_lists[index].Headers.Length);
            foreach (string[] row in s_lists[index].Rows())
                table.Add(row);
            table.Write(environment);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static IEnumerable<string[]> Presets() => PathPresets.All.Select(preset => new[]
    {
        preset.Name,
        string.Join(' ', preset.Settings.Select(setting => $"{setting.Key}={setting.Value}")),
        preset.Source,
    });

    private static IEnumerable<string[]> Workloads() =>
        WorkloadParser.Kinds.Select(kind => new[] { kind.Syntax, kind.Help });

    private static IEnumerable<string[]> Modes() => KcpProfile.ModeNames.Select(name =>
        KcpProfile.Named(name) is { } profile
            ? new[]
            {
                name, $"{profile.NoDelay}", $"{profile.Interval}", $"{profile.Resend}",
                profile.CongestionControl ? "0" : "1",
            }
            : [name, "--nodelay", "--interval", "--resend", "--nc"]);

    private static IEnumerable<string[]> Metrics() => Metric.All.Select(metric => new[]
    {
        metric.Name,
        metric.Better switch
        {
            MetricDirection.Higher => "higher", MetricDirection.Lower => "lower", _ => Figures.None,
        },
        metric.UnitHelp,
        metric.Help,
    });

    private static IEnumerable<string[]> Options()
    {
        IEnumerable<string[]> path = PathOptions.All.Select(option => new[]
        {
            PlanNames.OfLink(option.Key), option.ValueHelp, $"path: {option.Help}",
        });
        IEnumerable<string[]> flags = PlanNames.SharedFlags.Select(flag => new[]
        {
            PlanNames.OfFlag(flag), PlanNames.IsSwitch(flag) ? "" : "VALUE", $"kcptun: {PlanNames.Help(flag)}",
        });
        return path.Concat(flags);
    }
}
