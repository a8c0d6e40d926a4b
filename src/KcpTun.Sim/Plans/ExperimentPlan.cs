using KcpTun.Sim.Links;
using KcpTun.Sim.Workloads;

namespace KcpTun.Sim.Plans;

/// <summary>
/// An experiment: every variant meets every workload under every seed, over one path. Seeds are shared, so that the
/// variants meet the same losses and can be compared in pairs.
/// </summary>
public sealed record ExperimentPlan
{
    /// <summary>Seeds of an experiment that asks for none.</summary>
    public const int DefaultSeeds = 3;

    /// <summary>Most seeds of an experiment.</summary>
    public const int MaxSeeds = 1_000_000;

    /// <summary>What the plan was built from.</summary>
    public required PlanArguments Arguments { get; init; }

    public required PathSpec Path { get; init; }

    public required IReadOnlyList<Variant> Variants { get; init; }

    public required IReadOnlyList<WorkloadSpec> Workloads { get; init; }

    /// <summary>Runs of the whole experiment.</summary>
    public int RunCount => Variants.Count * Workloads.Count * Arguments.Seeds;

    /// <summary>The runs: by variant, then by workload, then by seed.</summary>
    public IEnumerable<SimPlan> Runs() =>
        from variant in Variants
        from workload in Workloads
        from seed in Enumerable.Range(0, Arguments.Seeds)
        select Run(variant, workload, Arguments.FirstSeed + (ulong)seed);

    /// <summary>The command that computes one variant's row again.</summary>
    public string ReproduceCommand(Variant variant) => CommandOf(ArgumentsOf(variant));

    /// <summary>The command for one run alone.</summary>
    public string ReproduceCommand(Variant variant, WorkloadSpec workload, ulong seed) =>
        CommandOf(ArgumentsOf(variant) with { Workloads = [workload.Text], FirstSeed = seed, Seeds = 1 });

    /// <summary>The command for the whole experiment.</summary>
    public string ReproduceCommand() => CommandOf(Arguments);

    private static string CommandOf(PlanArguments arguments) =>
        $"kcptun-sim run {ShellWords.Join(arguments.ToWords())}";

    private PlanArguments ArgumentsOf(Variant variant) => Arguments with
    {
        Modes = [variant.Mode],
        Flags = variant.Mode == PlanNames.ManualMode
            ? Arguments.Flags
            : [.. Arguments.Flags.Where(flag => !PlanNames.IsManual(flag.Key))],
        Fecs = variant.Fec is { } fec ? [fec.ToString()] : [],
    };

    private SimPlan Run(Variant variant, WorkloadSpec workload, ulong seed) => new()
    {
        Path = Path,
        Client = variant.Client,
        Server = variant.Server,
        Workload = workload,
        Seed = seed,
        Limit = Arguments.Limit,
    };
}
