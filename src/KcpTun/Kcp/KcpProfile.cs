namespace KcpTun.Kcp;

/// <summary>The four settings behind kcptun's <c>mode</c> (PROTOCOL d).</summary>
/// <param name="NoDelay">Non-zero: minimum RTO 30 instead of 100 ms, and RTO grows by half.</param>
/// <param name="Interval">Flush interval, ms, 10 to 5000.</param>
/// <param name="Resend">Later acks that trigger a fast retransmit; 0 is off.</param>
/// <param name="CongestionControl">Whether the congestion window limits sending (kcptun's <c>nc</c> is 0).</param>
public readonly record struct KcpProfile(int NoDelay, int Interval, int Resend, bool CongestionControl)
{
    /// <summary>Smallest flush interval, ms.</summary>
    public const int MinimumInterval = 10;

    /// <summary>Largest flush interval, ms.</summary>
    public const int MaximumInterval = 5000;

    /// <summary>
    /// The session times its transmissions by itself (mode auto); of the four settings only the interval still counts.
    /// </summary>
    public bool IsAuto { get; init; }

    /// <summary>What the reference library starts with, and keeps for a setting given as a negative number.</summary>
    public static KcpProfile Library => new(0, 100, 0, true);

    /// <summary>The mode names kcptun documents, and <c>default</c>.</summary>
    public static IReadOnlyList<string> ModeNames { get; } =
        ["fast3", "fast2", "fast", "normal", "default", "manual", "auto"];

    /// <summary>
    /// The profile of a mode name. A named mode overrides the four values; any name that is not in the table means
    /// "manual", as in the reference.
    /// </summary>
    /// <remarks>
    /// differs: <c>default</c> is a mode of its own here (library settings at a 10 ms interval); the reference knows
    /// no such name and falls back to the manual values.
    /// </remarks>
    public static KcpProfile For(string mode, int nodelay, int interval, int resend, int nc) =>
        Named(mode) ?? Manual(nodelay, interval, resend, nc);

    /// <summary>The profile called <paramref name="mode"/>, or null when the four options decide.</summary>
    public static KcpProfile? Named(string mode) => mode switch
    {
        "normal" => new KcpProfile(0, 40, 2, false),
        "fast" => new KcpProfile(0, 30, 2, false),
        "fast2" => new KcpProfile(1, 20, 2, false),
        "fast3" => new KcpProfile(1, 10, 2, false),
        "default" => new KcpProfile(0, 10, 0, true),
        "auto" => new KcpProfile(1, 10, 2, false) { IsAuto = true },
        _ => null,
    };

    private static KcpProfile Manual(int nodelay, int interval, int resend, int nc) => new(
        nodelay < 0 ? Library.NoDelay : nodelay,
        interval < 0 ? Library.Interval : Math.Clamp(interval, MinimumInterval, MaximumInterval),
        resend < 0 ? Library.Resend : resend,
        nc <= 0);
}
