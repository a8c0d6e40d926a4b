namespace KcpTun.Sim.Cli;

/// <summary>What <c>kcptun-sim</c> can do. A command or an output is added here.</summary>
public static class SimCommands
{
    public static IReadOnlyList<IExperimentOutput> Outputs { get; } = [];

    public static IReadOnlyList<ISimCommand> All { get; } =
    [
        new RunCommand(Outputs),
        new SweepCommand(),
        new MergeCommand(),
        new ReplayCommand(),
        new HashCommand(),
        new ListCommand(),
    ];
}
