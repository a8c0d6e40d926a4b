using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Script;

/// <summary>How much depends on a case.</summary>
internal enum CaseLevel
{
    /// <summary>Interoperation breaks without it.</summary>
    Must,

    /// <summary>Behaviour of both releases that peers may count on.</summary>
    Should,

    /// <summary>An oddity of a release.</summary>
    Quirk,

    /// <summary>Measured; there is no verdict.</summary>
    Info,
}

/// <summary>What a script says before its first line.</summary>
internal sealed record ScriptHeader
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    public required CaseLevel Level { get; init; }

    /// <summary>Where the rule comes from.</summary>
    public required string Reference { get; init; }

    /// <summary>The part the subject plays.</summary>
    public required SubjectRole Role { get; init; }

    public WireLayer Layer { get; init; } = WireLayer.Kcp;

    /// <summary>Flags of kcptun for the subject, defaults of the scripts included.</summary>
    public required IReadOnlyDictionary<string, string> Config { get; init; }

    /// <summary>Flags in which the played peer differs.</summary>
    public required IReadOnlyDictionary<string, string> Peer { get; init; }

    /// <summary>Abilities without which the case does not apply.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Releases that show a quirk; empty for all.</summary>
    public IReadOnlyList<string> Releases { get; init; } = [];

    /// <summary>By how much a real-time subject may be late, µs.</summary>
    public long Tolerance { get; init; } = 60_000;

    /// <summary>How long an expectation without a time waits, µs.</summary>
    public long Patience { get; init; } = 3_000_000;

    /// <summary>KCP's clock of the subject at its start, ms; null for whatever it is.</summary>
    public uint? ClockStart { get; init; }

    /// <summary>What happens to packets on their way: options of a path; empty for nothing.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Link { get; init; } = [];
}

/// <summary>One case.</summary>
/// <param name="File">Where it was read.</param>
/// <param name="Source">Its text, as it runs.</param>
internal sealed record ConformanceScript(
    string File, string Source, ScriptHeader Header, IReadOnlyList<Step> Steps);
