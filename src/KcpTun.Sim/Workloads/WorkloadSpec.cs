namespace KcpTun.Sim.Workloads;

/// <summary>What the applications at both ends of the tunnel do.</summary>
public abstract record WorkloadSpec
{
    /// <summary>The spelling it was given in, as in <c>bulk:8MiB,up</c>.</summary>
    public required string Text { get; init; }
}
