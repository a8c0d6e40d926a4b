using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>One direction of the path, in the units the model computes with.</summary>
public sealed record LinkSpec
{
    /// <summary>Chance that a datagram is lost, each independently.</summary>
    public Probability Loss { get; init; }

    /// <summary>One-way delay, ns.</summary>
    public long Delay { get; init; }
}

/// <summary>Both directions of the path.</summary>
public sealed record PathSpec
{
    public LinkSpec Up { get; init; } = new();

    public LinkSpec Down { get; init; } = new();

    public LinkSpec this[PathDirection direction] => direction == PathDirection.Up ? Up : Down;
}
