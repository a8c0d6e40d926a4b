namespace KcpTun.Sim.Conform.Running;

/// <summary>What cases can need and subjects can lack.</summary>
internal static class Abilities
{
    /// <summary>A subject has these unless its file says that it lacks them; nobody has anything else.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>
    {
        "aes-128-gcm",
        "null",
        "qpp",
        "half-close",
        "closewait",
        "framesize",
        "ratelimit",
        "smux-strict",
        "oob",
        "tuncrypt",
        "clock",
        "counters",
    };
}
