using KcpTun.Fuzz.Targets;

namespace KcpTun.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "envelope", "fec", "flags", "json", "kcp", "kcp-pair", "link", "qpp", "script", "smux", "snappy", "tuncrypt",
    ];

    /// <summary>Makes a target; null when there is none of that name.</summary>
    public static FuzzTarget? Create(string name) => name switch
    {
        "envelope" => new EnvelopeTarget(),
        "fec" => new FecTarget(),
        "flags" => new FlagsTarget(),
        "json" => new JsonTarget(),
        "kcp" => new KcpTarget(),
        "kcp-pair" => new KcpPairTarget(),
        "link" => new LinkTarget(),
        "qpp" => new QppTarget(),
        "script" => new ScriptTarget(),
        "smux" => new SmuxTarget(),
        "snappy" => new SnappyTarget(),
        "tuncrypt" => new TuncryptTarget(),
        _ => null,
    };
}
