using KcpTun.Kcp;
using KcpTun.Tunnel;

namespace KcpTun.Settings;

internal static partial class FlagTable
{
    private static FlagSpec[] Addresses() =>
    [
        ClientText("localaddr", "local listen address", o => o.LocalAddr, (o, v) => o with { LocalAddr = v })
            with { Alias = "l" },
        ClientText(
            "remoteaddr",
            "kcp server address, eg: \"IP:29900\" a for single port, \"IP:minport-maxport\" for port range",
            o => o.RemoteAddr,
            (o, v) => o with { RemoteAddr = v }) with { Alias = "r" },
        ServerText(
            "listen",
            "kcp server listen address, eg: \"IP:29900\" for a single port, \"IP:minport-maxport\" for port range",
            o => o.Listen,
            (o, v) => o with { Listen = v }) with { Alias = "l" },
        ServerText(
            "target", "target server address, or path/to/unix_socket", o => o.Target, (o, v) => o with { Target = v })
            with { Alias = "t" },
    ];

    private static FlagSpec[] Secrets() =>
    [
        Text("key", "pre-shared secret between client and server", o => o.Key, (o, v) => o with { Key = v })
            with { Variable = KeyVariable },
        Text(
            "crypt",
            string.Join(", ", CipherNames.All),
            o => o.Crypt,
            (o, v) => o with { Crypt = v }),
        Text(
            "mode",
            $"profiles: {string.Join(", ", KcpProfile.ModeNames)}",
            o => o.Mode,
            (o, v) => o with { Mode = v }),
        Boolean("QPP", "enable Quantum Permutation Pads(QPP)", o => o.Qpp, (o, v) => o with { Qpp = v })
            with { JsonKey = "qpp" },
        Integer(
            "QPPCount",
            "the prime number of pads to use for QPP: The more pads you use, the more secure the encryption. "
                + "Each pad requires 256 bytes.",
            o => o.QppCount,
            (o, v) => o with { QppCount = v }) with { JsonKey = "qpp-count" },
        Boolean(
            "tuncrypt",
            "authenticated and forward-secret encryption inside the tunnel; both ends must be KcpTun and have it on",
            o => o.TunCrypt,
            (o, v) => o with { TunCrypt = v }) with { IsAddition = true },
    ];

    private static FlagSpec[] Sessions() =>
    [
        ClientInteger("conn", "set num of UDP connections to server", o => o.Conn, (o, v) => o with { Conn = v }),
        ClientInteger(
            "autoexpire",
            "set auto expiration time(in seconds) for a single UDP connection, 0 to disable",
            o => o.AutoExpire,
            (o, v) => o with { AutoExpire = v }),
        ClientInteger(
            "scavengettl",
            "set how long an expired connection can live (in seconds)",
            o => o.ScavengeTtl,
            (o, v) => o with { ScavengeTtl = v }),
    ];

    private static FlagSpec[] Transport() =>
    [
        Integer("mtu", "set maximum transmission unit for UDP packets", o => o.Mtu, (o, v) => o with { Mtu = v }),
        Integer(
            "ratelimit",
            "set maximum outgoing speed (in bytes per second) for a single KCP connection, 0 to disable. "
                + "Also known as packet pacing",
            o => o.RateLimit,
            (o, v) => o with { RateLimit = v }),
        Integer("sndwnd", "set send window size(num of packets)", o => o.SndWnd, (o, v) => o with { SndWnd = v }),
        Integer("rcvwnd", "set receive window size(num of packets)", o => o.RcvWnd, (o, v) => o with { RcvWnd = v }),
        Integer(
            "datashard",
            "set reed-solomon erasure coding - datashard",
            o => o.DataShard,
            (o, v) => o with { DataShard = v }) with { Alias = "ds" },
        Integer(
            "parityshard",
            "set reed-solomon erasure coding - parityshard",
            o => o.ParityShard,
            (o, v) => o with { ParityShard = v }) with { Alias = "ps" },
        Integer("dscp", "set DSCP(6bit)", o => o.Dscp, (o, v) => o with { Dscp = v }),
        Boolean("nocomp", "disable compression", o => o.NoComp, (o, v) => o with { NoComp = v }),
        Boolean(
            "acknodelay",
            "flush acknowledgements after every packet received",
            o => o.AckNoDelay,
            (o, v) => o with { AckNoDelay = v }) with { IsHidden = true },
        Integer(
            "nodelay",
            "mode manual: 1 for short retransmission timeouts",
            o => o.NoDelay,
            (o, v) => o with { NoDelay = v }) with { IsHidden = true },
        Integer("interval", "mode manual: flush interval in ms", o => o.Interval, (o, v) => o with { Interval = v })
            with { IsHidden = true },
        Integer("resend", "mode manual: skips before a fast resend", o => o.Resend, (o, v) => o with { Resend = v })
            with { IsHidden = true },
        Integer("nc", "mode manual: 1 for no congestion control", o => o.Nc, (o, v) => o with { Nc = v })
            with { IsHidden = true },
        Integer("sockbuf", "per-socket buffer in bytes", o => o.SockBuf, (o, v) => o with { SockBuf = v }),
    ];

    private static FlagSpec[] Mux() =>
    [
        Integer("smuxver", "specify smux version, available 1,2", o => o.SmuxVer, (o, v) => o with { SmuxVer = v }),
        Integer("smuxbuf", "the overall de-mux buffer in bytes", o => o.SmuxBuf, (o, v) => o with { SmuxBuf = v }),
        Integer("framesize", "smux max frame size", o => o.FrameSize, (o, v) => o with { FrameSize = v }),
        Integer(
            "streambuf",
            "per stream receive buffer in bytes, smux v2+",
            o => o.StreamBuf,
            (o, v) => o with { StreamBuf = v }),
        Integer("keepalive", "seconds between heartbeats", o => o.KeepAlive, (o, v) => o with { KeepAlive = v }),
        Integer(
            "closewait",
            "the seconds to wait before tearing down a connection",
            o => o.CloseWait,
            (o, v) => o with { CloseWait = v }),
    ];

    private static FlagSpec[] Process() =>
    [
        Text(
            "snmplog",
            "collect snmp to file, aware of timeformat in golang, like: ./snmp-20060102.log",
            o => o.SnmpLog,
            (o, v) => o with { SnmpLog = v }),
        Integer(
            "snmpperiod", "snmp collect period, in seconds", o => o.SnmpPeriod, (o, v) => o with { SnmpPeriod = v }),
        Text("log", "specify a log file to output, default goes to stderr", o => o.Log, (o, v) => o with { Log = v }),
        new FlagSpec("logformat", FlagKind.Text, FlagSides.Both, $"format of log lines: {LogFormats.Names}")
        {
            JsonKey = "logformat",
            IsAddition = true,
            Read = settings => FlagValue.Of(settings.LogFormat),
            Write = (settings, value) => settings with { LogFormat = value.Text },
        },
        Boolean(
            "quiet", "to suppress the 'stream open/close' messages", o => o.Quiet, (o, v) => o with { Quiet = v }),
        Boolean(
            "tcp", "to emulate a TCP connection(linux): not available yet", o => o.Tcp, (o, v) => o with { Tcp = v }),
        new FlagSpec(
            "c", FlagKind.Text, FlagSides.Both, "config from json file, which will override the command from shell")
        {
            Read = settings => FlagValue.Of(settings.ConfigPath),
            Write = (settings, value) => settings with { ConfigPath = value.Text },
        },
        Boolean(
            "pprof",
            "say how to trace this process (there is no profiling server on :6060)",
            o => o.Pprof,
            (o, v) => o with { Pprof = v }),
        new FlagSpec("help", FlagKind.Boolean, FlagSides.Both, "show help")
        {
            Alias = "h",
            Read = settings => FlagValue.Of(settings.Help),
            Write = (settings, value) => settings with { Help = value.Truth },
        },
        new FlagSpec("version", FlagKind.Boolean, FlagSides.Both, "print the version")
        {
            Alias = "v",
            Read = settings => FlagValue.Of(settings.Version),
            Write = (settings, value) => settings with { Version = value.Truth },
        },
    ];
}
