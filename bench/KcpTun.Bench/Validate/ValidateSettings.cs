using KcpTun.GoInterop;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>What to compare.</summary>
internal sealed record ValidateSettings
{
    public required IReadOnlyList<LinkPoint> Points { get; init; }

    /// <summary>Real runs of each workload, implementation and point.</summary>
    public required int Runs { get; init; }

    /// <summary>Simulated runs of each workload and point.</summary>
    public required int Seeds { get; init; }

    /// <summary>Tunnels that run at the same time.</summary>
    public required int Parallel { get; init; }

    /// <summary>How long a bulk transfer is to take by the simulator's prediction, s.</summary>
    public required int BulkSeconds { get; init; }

    /// <summary>What latency is measured with.</summary>
    public required EchoSpec Echo { get; init; }

    public required IReadOnlyList<Implementation> Implementations { get; init; }
}
