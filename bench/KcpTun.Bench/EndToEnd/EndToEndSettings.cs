using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd;

/// <summary>What to measure.</summary>
public sealed record EndToEndSettings
{
    /// <summary>Rounds; each runs every pair once.</summary>
    public required int Runs { get; init; }

    /// <summary>Bytes moved in each direction.</summary>
    public required long Bytes { get; init; }

    /// <summary>Echoes of 64 bytes on the idle tunnel.</summary>
    public required int Echoes { get; init; }

    public required IReadOnlyList<Pair> Pairs { get; init; }

    /// <summary>kcptun flags of both ends.</summary>
    public required IReadOnlyList<string> Flags { get; init; }
}
