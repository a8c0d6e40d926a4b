using KcpTun.Tunnel;

namespace KcpTun.Cli;

/// <summary>The lines in which kcptun prints its settings at start, in its order and words (OPTIONS §3).</summary>
internal static class StartupReport
{
    /// <summary>QPP's seed is drawn from that many bytes of key.</summary>
    private const int QppKeyLength = 211;
    private const int QppMinCount = 7;

    /// <summary>The first line, printed before anything is bound.</summary>
    public static string Version(string version) => $"version: {version}";

    /// <param name="o">The options as given, with the mode's profile applied.</param>
    /// <param name="listening">The bound local address.</param>
    public static IEnumerable<string> Client(ClientOptions o, string listening) =>
    [
        $"smux version: {o.SmuxVer}",
        $"listening on: {listening}",
        .. Cipher(o),
        $"remote address: {o.RemoteAddr}",
        .. Transport(o),
        $"conn: {o.Conn}",
        $"autoexpire: {o.AutoExpire}",
        $"scavengettl: {o.ScavengeTtl}",
        $"snmplog: {o.SnmpLog}",
        $"snmpperiod: {o.SnmpPeriod}",
        $"quiet: {Go(o.Quiet)}",
        $"tcp: {Go(o.Tcp)}",
        $"pprof: {Go(o.Pprof)}",
        .. Additions(o),
    ];

    /// <param name="o">The options as given, with the mode's profile applied.</param>
    public static IEnumerable<string> Server(ServerOptions o) =>
    [
        $"smux version: {o.SmuxVer}",
        $"listening on: {o.Listen}",
        $"target: {o.Target}",
        .. Cipher(o),
        .. Transport(o),
        $"snmplog: {o.SnmpLog}",
        $"snmpperiod: {o.SnmpPeriod}",
        $"pprof: {Go(o.Pprof)}",
        $"quiet: {Go(o.Quiet)}",
        $"tcp: {Go(o.Tcp)}",
        .. Additions(o),
    ];

    /// <summary>Warnings that kcptun prints in red on stdout instead of logging them (PROTOCOL g).</summary>
    public static IEnumerable<string> QppWarnings(TunnelOptions o)
    {
        if (!o.Qpp)
            yield break;
        int keyLength = System.Text.Encoding.UTF8.GetByteCount(o.Key);
        if (keyLength < QppKeyLength)
            yield return $"QPP Warning: 'key' has size of {keyLength} bytes, required {QppKeyLength} bytes at least";
        if (o.QppCount < QppMinCount)
            yield return $"QPP Warning: QPPCount {o.QppCount}, required {QppMinCount} at least";
        if (o.QppCount % 2 == 0)
            yield return $"QPP Warning: QPPCount {o.QppCount}, choose a prime number for security";
    }

    /// <summary>The client's warning about overlapping sessions, also on stdout.</summary>
    public static IEnumerable<string> ExpiryWarnings(ClientOptions o) =>
        o.AutoExpire == 0 || o.ScavengeTtl <= o.AutoExpire
            ? []
            :
            [
                "WARNING: scavengettl is bigger than autoexpire, connections may race hard to use bandwidth.",
                "Try limiting scavengettl to a smaller value.",
            ];

    private static IEnumerable<string> Cipher(TunnelOptions o) =>
    [
        $"encryption: {o.Crypt}",
        $"QPP: {Go(o.Qpp)}",
        $"QPP Count: {o.QppCount}",
        $"nodelay parameters: {o.NoDelay} {o.Interval} {o.Resend} {o.Nc}",
    ];

    private static IEnumerable<string> Transport(TunnelOptions o) =>
    [
        $"sndwnd: {o.SndWnd} rcvwnd: {o.RcvWnd}",
        $"compression: {Go(!o.NoComp)}",
        $"mtu: {o.Mtu}",
        $"ratelimit: {o.RateLimit}",
        $"datashard: {o.DataShard} parityshard: {o.ParityShard}",
        $"acknodelay: {Go(o.AckNoDelay)}",
        $"dscp: {o.Dscp}",
        $"sockbuf: {o.SockBuf}",
        $"smuxbuf: {o.SmuxBuf}",
        $"framesize: {o.FrameSize}",
        $"streambuf: {o.StreamBuf}",
        $"keepalive: {o.KeepAlive}",
    ];

    // What kcptun does not have prints nothing unless it is on, so that the lines stay kcptun's.
    private static IEnumerable<string> Additions(TunnelOptions o) => o.TunCrypt ? ["tuncrypt: true"] : [];

    private static string Go(bool value) => value ? "true" : "false";
}
