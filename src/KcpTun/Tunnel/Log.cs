using KcpTun.Primitives;
using Microsoft.Extensions.Logging;

namespace KcpTun.Tunnel;

/// <summary>
/// Every line the tunnel logs. The texts up to id 99 are kcptun's own (OPTIONS §3); the rest are ours.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "smux version: {Version} on connection: {Local} -> {Remote}")]
    public static partial void SessionUp(ILogger logger, int version, PeerAddress local, PeerAddress remote);

    [LoggerMessage(2, LogLevel.Warning, "re-connecting: {Error}")]
    public static partial void Reconnecting(ILogger logger, string error);

    [LoggerMessage(3, LogLevel.Information, "remote address: {Remote}")]
    public static partial void RemoteAddress(ILogger logger, PeerAddress remote);

    [LoggerMessage(4, LogLevel.Information, "{Reason}")]
    public static partial void SessionEnded(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Information, "stream opened in: {Source} out: {Destination}")]
    public static partial void StreamOpened(ILogger logger, string source, string destination);

    [LoggerMessage(6, LogLevel.Information, "stream closed in: {Source} out: {Destination}")]
    public static partial void StreamClosed(ILogger logger, string source, string destination);

    [LoggerMessage(7, LogLevel.Information, "pipe: {Error} in: {Source} out: {Destination}")]
    public static partial void PipeFailed(ILogger logger, string error, string source, string destination);

    [LoggerMessage(8, LogLevel.Warning, "{Error}")]
    public static partial void Failed(ILogger logger, string error);

    [LoggerMessage(9, LogLevel.Information, "scavenger: session normally closed: {Local}")]
    public static partial void ScavengedClosed(ILogger logger, PeerAddress local);

    [LoggerMessage(10, LogLevel.Information, "scavenger: session closed due to ttl: {Local}")]
    public static partial void ScavengedByTtl(ILogger logger, PeerAddress local);

    [LoggerMessage(11, LogLevel.Information, "Listening on: {Local}/udp")]
    public static partial void ListeningUdp(ILogger logger, PeerAddress local);

    [LoggerMessage(100, LogLevel.Warning,
        "{Count} datagram(s) failed their checksum, the last from {Peer}: --key or --crypt probably differs there")]
    public static partial void ChecksumMismatch(ILogger logger, long count, PeerAddress peer);

    [LoggerMessage(101, LogLevel.Warning,
        "no answer from {Remote} for {Seconds} s: is the server up, is UDP let through, are --key and --crypt equal?")]
    public static partial void NoAnswer(ILogger logger, PeerAddress remote, int seconds);

    [LoggerMessage(102, LogLevel.Warning, "session with {Remote} failed: {Detail}")]
    public static partial void SessionFailed(ILogger logger, PeerAddress remote, string detail);

    [LoggerMessage(104, LogLevel.Warning, "{Setting}")]
    public static partial void SocketSetting(ILogger logger, string setting);
}
