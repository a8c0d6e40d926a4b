using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;


/// <summary>Both directions of the path.</summary>
public sealed record PathSpec
{
    public LinkSpec Up { get; init; } = new();

    public LinkSpec Down { get; init; } = new();

    public LinkSpec this[PathDirection direction] => direction == PathDirection.Up ? Up : Down;
}
