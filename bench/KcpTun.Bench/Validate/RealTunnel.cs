using KcpTun.GoInterop;

namespace KcpTun.Bench.Validate;

/// <summary>Two programs, their flags, and the path between them.</summary>
internal sealed record RealTunnel
{
    /// <summary>Which one it is, in what a failed run says.</summary>
    public required string Name { get; init; }

    public required Pair Ends { get; init; }

    public required IReadOnlyList<string> ClientFlags { get; init; }

    public required IReadOnlyList<string> ServerFlags { get; init; }

    /// <summary>Settings of the path as the simulator's options have them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Link { get; init; }
}
