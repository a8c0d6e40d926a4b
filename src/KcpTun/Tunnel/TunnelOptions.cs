using KcpTun.Kcp.Auto;

namespace KcpTun.Tunnel;

/// <summary>
/// The settings both ends share, under kcptun's names (OPTIONS §2). Defaults are those of release 20260314.
/// </summary>
public abstract record TunnelOptions
{
    /// <summary>Numbers of mode auto. No flag sets them: they are for the simulator's sweeps.</summary>
    internal AutoParameters Auto { get; init; } = AutoParameters.Default;

    /// <summary>Pre-shared secret. The default's spelling is kcptun's own and must stay.</summary>
    public string Key { get; init; } = "it's a secrect";

    public string Crypt { get; init; } = "aes";

    public string Mode { get; init; } = "fast";

    public bool Qpp { get; init; }

    public int QppCount { get; init; } = 61;

    /// <summary>Largest UDP payload, bytes.</summary>
    public int Mtu { get; init; } = 1350;

    /// <summary>Outgoing bytes a second of each KCP session; 0 is unlimited.</summary>
    public int RateLimit { get; init; }

    /// <summary>Send window, segments.</summary>
    public abstract int SndWnd { get; init; }

    /// <summary>Receive window, segments.</summary>
    public abstract int RcvWnd { get; init; }

    public int DataShard { get; init; } = 10;

    public int ParityShard { get; init; } = 3;

    public int Dscp { get; init; }

    public bool NoComp { get; init; }

    public bool AckNoDelay { get; init; }

    public int NoDelay { get; init; }

    /// <summary>Flush interval, ms; used by mode manual.</summary>
    public int Interval { get; init; } = 50;

    public int Resend { get; init; }

    public int Nc { get; init; }

    /// <summary>Socket buffer, bytes each way.</summary>
    public int SockBuf { get; init; } = 4194304;

    public int SmuxVer { get; init; } = 2;

    /// <summary>Session receive buffer, bytes.</summary>
    public int SmuxBuf { get; init; } = 4194304;

    /// <summary>Largest smux payload sent, bytes.</summary>
    public int FrameSize { get; init; } = 8192;

    /// <summary>Receive window of one stream (smux 2), bytes.</summary>
    public int StreamBuf { get; init; } = 2097152;

    /// <summary>Seconds between keepalives.</summary>
    public int KeepAlive { get; init; } = 10;

    /// <summary>Seconds between the end of one direction and its half-close.</summary>
    public abstract int CloseWait { get; init; }

    public string SnmpLog { get; init; } = "";

    /// <summary>Seconds between two records of <see cref="SnmpLog"/>.</summary>
    public int SnmpPeriod { get; init; } = 60;

    public string Log { get; init; } = "";

    public bool Quiet { get; init; }

    public bool Tcp { get; init; }

    public bool Pprof { get; init; }

    /// <summary>Authenticated, forward-secret layer above KCP; needs one of our ends on both sides.</summary>
    public bool TunCrypt { get; init; }
}

/// <summary>Settings of <c>kcptun client</c>.</summary>
public sealed record ClientOptions : TunnelOptions
{
    public string LocalAddr { get; init; } = ":12948";

    public string RemoteAddr { get; init; } = "vps:29900";

    public override int SndWnd { get; init; } = 128;

    public override int RcvWnd { get; init; } = 512;

    /// <summary>Session slots.</summary>
    public int Conn { get; init; } = 1;

    /// <summary>Seconds after which a slot is dialled anew; 0 is never.</summary>
    public int AutoExpire { get; init; }

    /// <summary>Seconds an expired session may still serve its streams.</summary>
    public int ScavengeTtl { get; init; } = 600;

    public override int CloseWait { get; init; }
}

/// <summary>Settings of <c>kcptun server</c>.</summary>
public sealed record ServerOptions : TunnelOptions
{
    public string Listen { get; init; } = ":29900";

    public string Target { get; init; } = "127.0.0.1:12948";

    public override int SndWnd { get; init; } = 1024;

    public override int RcvWnd { get; init; } = 1024;

    public override int CloseWait { get; init; } = 30;
}
