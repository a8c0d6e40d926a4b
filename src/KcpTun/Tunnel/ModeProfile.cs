namespace KcpTun.Tunnel;

/// <summary>KCP's four tuning values behind a mode name (PROTOCOL d).</summary>
/// <param name="NoDelay">1 halves the growth of the retransmission timeout and lowers its floor.</param>
/// <param name="Interval">Flush interval, ms.</param>
/// <param name="Resend">Skips after which a segment is sent again; 0 is never.</param>
/// <param name="Nc">1 turns congestion control off.</param>
public readonly record struct ModeProfile(int NoDelay, int Interval, int Resend, int Nc)
{
    private static readonly ModeProfile s_library = new(NoDelay: 0, Interval: 100, Resend: 0, Nc: 0);

    /// <summary>The names of <c>--mode</c>, <c>manual</c> included.</summary>
    public static IReadOnlyList<string> Names { get; } = ["fast3", "fast2", "fast", "normal", "default", "manual"];

    /// <summary>
    /// The profile called <paramref name="mode"/>, or null when the four options decide: <c>manual</c> and, as in
    /// kcptun, every unknown name.
    /// </summary>
    public static ModeProfile? Named(string mode) => mode switch
    {
        "normal" => new ModeProfile(NoDelay: 0, Interval: 40, Resend: 2, Nc: 1),
        "fast" => new ModeProfile(NoDelay: 0, Interval: 30, Resend: 2, Nc: 1),
        "fast2" => new ModeProfile(NoDelay: 1, Interval: 20, Resend: 2, Nc: 1),
        "fast3" => new ModeProfile(NoDelay: 1, Interval: 10, Resend: 2, Nc: 1),

        // The name kcptun had in 2016, with KCP's own conservative values. Go takes it as manual.
        "default" => new ModeProfile(NoDelay: 0, Interval: 10, Resend: 0, Nc: 0),
        _ => null,
    };

    /// <summary>What KCP makes of them: a negative value leaves the library's, the interval is 10..5000 ms.</summary>
    public ModeProfile Effective() => new(
        NoDelay < 0 ? s_library.NoDelay : NoDelay,
        Interval < 0 ? s_library.Interval : Math.Clamp(Interval, 10, 5000),
        Resend < 0 ? s_library.Resend : Resend,
        Nc < 0 ? s_library.Nc : Nc);
}
