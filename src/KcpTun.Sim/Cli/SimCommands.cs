using KcpTun.Sim.Conform.Reports;
using KcpTun.Sim.Golden;

namespace KcpTun.Sim.Cli;

/// <summary>What <c>kcptun-sim</c> can do. A command or an output is added here.</summary>
public static class SimCommands
{
    public static IReadOnlyList<IExperimentOutput> Outputs { get; } =
        [new HtmlOutput(), new PngOutput(), new PcapngOutput(), new RecordOutput()];

    /// <summary>What <c>hash --verify</c> compares.</summary>
    private static IReadOnlyList<KnownHash> Golden { get; } =
        [.. GoldenPlans.All.Select(plan => new KnownHash(plan.Name, plan.Arguments, plan.TraceHash))];

    public static IReadOnlyList<ISimCommand> All { get; } =
    [
        new RunCommand(Outputs),
        new SweepCommand(),
        new MergeCommand(),
        new SwarmCommand(),
        new RelayPathCommand(),
        new ReplayCommand(),
        new HashCommand(Golden),
        new ConformCommand(ConformOutput.All),
        new BadLinksCommand(),
        new TuneCommand(),
        new ListCommand(),
    ];
}
