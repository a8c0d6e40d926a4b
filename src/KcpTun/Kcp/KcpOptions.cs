using KcpTun.Kcp.Auto;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <summary>Settings of one <see cref="KcpSession"/>. Values out of range are pulled into it, never refused.</summary>
public sealed record KcpOptions
{
    /// <summary>Smallest <see cref="Mtu"/>: a header and one byte (PROTOCOL a.5).</summary>
    public const int MinimumMtu = KcpHeader.Length + 1;

    /// <summary>Largest <see cref="Mtu"/>; a payload then fits a <see cref="PacketPool"/> slot.</summary>
    public const int MaximumMtu = 1500;

    /// <summary>Window of a session that was given none, segments.</summary>
    public const int DefaultWindow = 32;

    /// <summary>Largest receive window: the header field has 16 bits.</summary>
    public const int MaximumReceiveWindow = ushort.MaxValue;

    /// <summary>
    /// Least receive window in mode auto, segments: 10 MB, or 50 MB/s over 200 ms. It costs memory only while segments
    /// wait for a lost one.
    /// </summary>
    public const int AutoReceiveWindow = 8192;

    private readonly KcpProfile _profile = KcpProfile.Library;
    private readonly int _sendWindow = DefaultWindow;
    private readonly int _receiveWindow = DefaultWindow;
    private readonly int _mtu = 1400;

    /// <summary>Numbers of mode auto. No option sets them: they are for the simulator's sweeps.</summary>
    internal AutoParameters Auto { get; init; } = AutoParameters.Default;

    /// <summary>Conversation id: both ends use the same.</summary>
    public uint Conversation { get; init; }

    /// <summary>
    /// Non-zero: minimum RTO 30 instead of 100 ms, and RTO grows by half. Negative keeps the default, 0.
    /// </summary>
    public int NoDelay
    {
        get => _profile.NoDelay;
        init => _profile = _profile with { NoDelay = value < 0 ? _profile.NoDelay : value };
    }

    /// <summary>Flush interval, ms, clamped to 10..5000. Negative keeps the default, 100.</summary>
    public int Interval
    {
        get => _profile.Interval;
        init => _profile = _profile with
        {
            Interval = value < 0
                ? _profile.Interval
                : Math.Clamp(value, KcpProfile.MinimumInterval, KcpProfile.MaximumInterval),
        };
    }

    /// <summary>Later acks that trigger a fast retransmit; 0 is off. Negative keeps the default, 0.</summary>
    public int Resend
    {
        get => _profile.Resend;
        init => _profile = _profile with { Resend = value < 0 ? _profile.Resend : value };
    }

    /// <summary>Whether the congestion window limits sending (kcptun's <c>nc</c> is 0).</summary>
    public bool CongestionControl
    {
        get => _profile.CongestionControl;
        init => _profile = _profile with { CongestionControl = value };
    }

    /// <summary>The four settings above as one value, taken as it is.</summary>
    public KcpProfile Profile
    {
        get => _profile;
        init => _profile = value;
    }

    /// <summary>Send window, segments; a value below 1 means <see cref="DefaultWindow"/>.</summary>
    public int SendWindow
    {
        get => _sendWindow;
        init => _sendWindow = value > 0 ? value : DefaultWindow;
    }

    /// <summary>Receive window, segments; a value below 1 means <see cref="DefaultWindow"/>.</summary>
    /// <remarks>
    /// differs: limited to 65535. The reference advertises the window modulo 65536 and stalls its peer at 65536.
    /// </remarks>
    public int ReceiveWindow
    {
        get => _receiveWindow;
        init => _receiveWindow = value > 0 ? Math.Min(value, MaximumReceiveWindow) : DefaultWindow;
    }

    /// <summary>Largest packet the session emits, bytes: the datagram without envelope and FEC header.</summary>
    public int Mtu
    {
        get => _mtu;
        init => _mtu = Math.Clamp(value, MinimumMtu, MaximumMtu);
    }

    /// <summary>
    /// A stream of bytes, as kcptun uses KCP, instead of messages with boundaries: small writes share segments.
    /// </summary>
    public bool StreamMode { get; init; } = true;

    /// <summary>
    /// Spreads what the reference sends at once, where a burst could overflow the peer's receive buffer. What is sent
    /// is the same, some of it milliseconds later. Mode auto paces anyway.
    /// </summary>
    public bool LimitsBursts { get; init; }

    public KcpDialect Dialect { get; init; }

    /// <summary>First sequence number of both directions; anything but 0 is for tests.</summary>
    public uint InitialSequence { get; init; }
}
