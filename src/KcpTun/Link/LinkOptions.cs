using KcpTun.Crypt;
using KcpTun.Kcp;
using KcpTun.Kcp.Auto;
using KcpTun.Smux;

namespace KcpTun.Link;

/// <summary>What one session is made of: the settings of every layer between the datagram and the streams.</summary>
public sealed record LinkOptions
{
    public required bool IsClient { get; init; }

    public required CipherKind Cipher { get; init; }

    public required KcpProfile Profile { get; init; }

    /// <summary>Send window, segments; values below 1 mean the library's 32 (OPTIONS §2).</summary>
    public int SendWindow { get; init; } = 32;

    /// <summary>Receive window, segments, at most 65535; values below 1 mean the library's 32.</summary>
    public int ReceiveWindow { get; init; } = 32;

    /// <summary>Largest UDP payload, bytes (PROTOCOL a.5).</summary>
    public int Mtu { get; init; } = 1350;

    /// <summary>Data shards of outgoing FEC groups; FEC is off when this or <see cref="ParityShards"/> is 0.</summary>
    public int DataShards { get; init; }

    public int ParityShards { get; init; }

    /// <summary>Acknowledge every received batch at once instead of at the next flush.</summary>
    public bool AckNoDelay { get; init; }

    /// <summary>Snappy framing between smux and KCP.</summary>
    public bool Compression { get; init; } = true;

    /// <summary>Outgoing bytes a second, envelope and parity included; 0 is unlimited.</summary>
    public int RateLimit { get; init; }

    /// <summary>Pre-shared key of the tuncrypt layer (32 bytes), or null without it.</summary>
    public byte[]? TuncryptKey { get; init; }

    /// <summary>See <see cref="KcpOptions.LimitsBursts"/>.</summary>
    public bool LimitsBursts { get; init; }

    /// <summary>See <see cref="KcpOptions.Auto"/>.</summary>
    internal AutoParameters Auto { get; init; } = AutoParameters.Default;

    public required SmuxOptions Smux { get; init; }

    public bool HasFec => DataShards > 0 && ParityShards > 0;
}
