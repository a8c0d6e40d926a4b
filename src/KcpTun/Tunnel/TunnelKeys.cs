using System.Text;
using KcpTun.Crypt;
using KcpTun.Qpp;
using KcpTun.Tuncrypt;

namespace KcpTun.Tunnel;

/// <summary>Everything that is derived from the pre-shared key, and takes milliseconds to derive. Immutable.</summary>
internal sealed class TunnelKeys
{
    private readonly byte[] _rawKey;
    private readonly QppPads? _qppPads;

    private TunnelKeys(TunnelOptions options, byte[] pass, byte[]? tuncryptKey)
    {
        _rawKey = Encoding.UTF8.GetBytes(options.Key);
        _qppPads = options.Qpp ? new QppPads(_rawKey, options.QppCount) : null;
        Pass = pass;
        TuncryptKey = tuncryptKey;
    }

    /// <summary>The envelope's secret, 32 bytes (PROTOCOL a.1).</summary>
    public byte[] Pass { get; }

    /// <summary>Null without tuncrypt.</summary>
    public byte[]? TuncryptKey { get; }

    public static TunnelKeys Derive(TunnelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Of(
            options,
            KeyDerivation.DerivePass(options.Key),
            options.TunCrypt ? TuncryptSession.DerivePsk(options.Key) : null);
    }

    /// <summary>With the two that take long derived before.</summary>
    internal static TunnelKeys Of(TunnelOptions options, byte[] pass, byte[]? tuncryptKey) =>
        new(options, pass, tuncryptKey);

    /// <summary>The state of one direction of one stream; null without QPP.</summary>
    public QppKeystream? CreateKeystream() => _qppPads is null ? null : new QppKeystream(_qppPads, _rawKey);
}
