namespace KcpTun.GoInterop;

/// <summary>What release 20210922 lacks and later implementations have (PROTOCOL j.1).</summary>
[Flags]
public enum Capabilities
{
    None = 0,

    /// <summary><c>--crypt aes-128-gcm</c>.</summary>
    Gcm = 1 << 0,

    /// <summary><c>--crypt null</c>.</summary>
    NullCipher = 1 << 1,

    /// <summary><c>--QPP</c>.</summary>
    Qpp = 1 << 2,

    /// <summary><c>--ratelimit</c>.</summary>
    RateLimit = 1 << 3,

    /// <summary><c>--framesize</c>.</summary>
    FrameSize = 1 << 4,

    /// <summary><c>--closewait</c>, and with it half-close.</summary>
    HalfClose = 1 << 5,

    /// <summary><c>host:min-max</c>.</summary>
    PortRange = 1 << 6,

    /// <summary>A Unix socket as <c>--localaddr</c>.</summary>
    UnixListen = 1 << 7,

    /// <summary>smux 2 without being asked.</summary>
    SmuxTwoByDefault = 1 << 8,

    /// <summary>
    /// Takes FEC packets while its own FEC is off. Release 20210922 decodes them as groups of 1+1 until it has learned
    /// the shape, takes parity for data and corrupts the stream, also between two ends of its own (PROTOCOL b.6).
    /// </summary>
    UnexpectedFec = 1 << 9,

    /// <summary>Everything release 20260314 has.</summary>
    Modern = Gcm | NullCipher | Qpp | RateLimit | FrameSize | HalfClose | PortRange | UnixListen | SmuxTwoByDefault
        | UnexpectedFec,
}
