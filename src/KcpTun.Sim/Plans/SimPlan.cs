using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Workloads;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Plans;

/// <summary>Everything that decides one run: equal plans have equal results, to the bit.</summary>
public sealed record SimPlan
{
    /// <summary>Virtual time after which a run that has not finished is given up, ns: ten minutes.</summary>
    public const long DefaultLimit = 600 * SimTime.Second;

    public required PathSpec Path { get; init; }

    public required ClientOptions Client { get; init; }

    public required ServerOptions Server { get; init; }

    public required WorkloadSpec Workload { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>What the machines do to the tunnel; by default they behave.</summary>
    public SimConditions Conditions { get; init; } = new();

    /// <summary>Virtual time after which the run ends in any case, ns.</summary>
    public long Limit { get; init; } = DefaultLimit;
}
