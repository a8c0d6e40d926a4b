using KcpTun.Settings;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Cli;

internal sealed class OptionsValidatorTests
{
    [TestCase("--smuxver 3", "unsupported smux version:3 (--smuxver must be 1 or 2)")]
    [TestCase("--smuxver 0", "unsupported smux version:0 (--smuxver must be 1 or 2)")]
    [TestCase("--conn 0", "conn must be greater than 0 (--conn 0)")]
    [TestCase("--conn -3", "conn must be greater than 0 (--conn -3)")]
    [TestCase("--conn 65536", "--conn 65536: at most 65535 connections")]
    [TestCase("--keepalive 31", "--keepalive 31: keep-alive timeout must be larger than keep-alive interval; use")]
    [TestCase("--keepalive 0", "--keepalive 0: keep-alive interval must be positive; use 1..30 seconds")]
    [TestCase("--keepalive -1", "--keepalive -1: keep-alive interval must be positive; use 1..30 seconds")]
    [TestCase("--framesize 0", "--framesize 0: max frame size must be positive; use 1..65535")]
    [TestCase("--framesize 65536", "--framesize 65536: max frame size must not be larger than 65535")]
    [TestCase("--smuxbuf 0", "--smuxbuf 0: max receive buffer must be positive")]
    [TestCase("--streambuf 0", "--streambuf 0: max stream buffer must be positive")]
    [TestCase("--smuxbuf 9 --streambuf 10", "--streambuf 10: max stream buffer must not be larger than max receive")]
    [TestCase("--ds 200 --ps 57", "--datashard 200 --parityshard 57: together 257, but a FEC group has at most 256")]
    [TestCase("--ds 2147483647 --ps 2147483647", "--datashard 2147483647 --parityshard 2147483647: together 42949")]
    [TestCase("--QPP --QPPCount 0", "QPPCount must be greater than 0 when QPP is enabled (--QPPCount 0)")]
    [TestCase("--QPP --QPPCount -4", "QPPCount must be greater than 0 when QPP is enabled (--QPPCount -4)")]
    [TestCase("--QPP --QPPCount 131072", "--QPPCount 131072: only the low 16 bits count, which are 0; use 1..65535")]
    [TestCase("--mtu 52", "--mtu 52: too small for one segment; with crypt aes and FEC it must be 53..1500")]
    [TestCase("--mtu 44 --ps 0", "--mtu 44: too small for one segment; with crypt aes and no FEC it must be 45..1500")]
    [TestCase("--mtu 60 --crypt aes-128-gcm", "--mtu 60: too small for one segment; with crypt aes-128-gcm and FEC")]
    [TestCase("--mtu 32 --crypt null", "--mtu 32: too small for one segment; with crypt null and FEC it must be 33")]
    [TestCase("--mtu -1", "--mtu -1: too small")]
    [TestCase("--tcp", "--tcp: emulating TCP is not available in this version; remove the flag")]
    [TestCase("-r host", "--remoteaddr host: malformed address: write host:port")]
    [TestCase("-r fe80::1:29900", "--remoteaddr fe80::1:29900: too many colons in address; an IPv6 address needs")]
    [TestCase("-l host:http", "--localaddr host:http: unknown port \"http\"; write it as a number, 0..65535")]
    public void What_can_never_work_is_fatal(string line, string expected)
    {
        Verdict verdict = Check(line);
        string fatal = verdict.Fatal.ShouldHaveSingleItem();
        fatal.ShouldStartWith(expected);
        fatal.ShouldNotContain("\n");
    }

    [TestCase("--keepalive 1")]
    [TestCase("--keepalive 30")]
    [TestCase("--smuxver 1")]
    [TestCase("--conn 65535")]
    [TestCase("--framesize 1")]
    [TestCase("--framesize 65535")]
    [TestCase("--smuxbuf 9 --streambuf 9")]
    [TestCase("--ds 200 --ps 56")]
    [TestCase("--ds 0 --ps 3")]
    [TestCase("--ds 300 --ps 0")]
    [TestCase("--QPPCount 0")]
    [TestCase("--QPP --QPPCount 65535")]
    [TestCase("--mtu 53")]
    [TestCase("--mtu 45 --ds 0")]
    [TestCase("--mtu 61 --crypt aes-128-gcm")]
    [TestCase("--mtu 33 --crypt null")]
    [TestCase("--mtu 1500")]
    [TestCase("--rcvwnd 65535")]
    [TestCase("--dscp 63")]
    [TestCase("--tcp=false")]
    [TestCase("--autoexpire 5")]
    [TestCase("--mode default")]
    [TestCase("--mode manual --interval 1")]
    [TestCase("--crypt null")]
    [TestCase("-l /run/x.sock -r h:1-2")]
    public void Limits_are_inclusive(string line)
    {
        Verdict verdict = Check(line);
        verdict.Fatal.ShouldBeEmpty();
        verdict.Warnings.ShouldBeEmpty();
    }

    [TestCase("--crypt aes-256", "--crypt aes-256 is no cipher, so aes is used, as in kcptun")]
    [TestCase("--crypt AES", "--crypt AES is no cipher, so aes is used, as in kcptun; did you mean aes?")]
    [TestCase("--crypt salsa2O", "--crypt salsa2O is no cipher, so aes is used, as in kcptun; did you mean salsa20?")]
    [TestCase("--crypt rijndael", "--crypt rijndael is no cipher, so aes is used, as in kcptun")]
    [TestCase("--mode Fast3", "--mode Fast3 is no profile, so it means manual, as in kcptun; did you mean fast3?")]
    [TestCase("--key=", "--key is empty: anyone can connect")]
    [TestCase("--mtu 1501", "--mtu 1501: 1500 is the most and is used instead, as in kcptun")]
    [TestCase("--rcvwnd 65536", "--rcvwnd 65536: a peer can be told of 65535 packets at most; using that")]
    [TestCase("--sndwnd 0", "--sndwnd 0: the send window stays at 32 packets, as in kcptun")]
    [TestCase("--rcvwnd -1", "--rcvwnd -1: the receive window stays at 32 packets, as in kcptun")]
    [TestCase("--dscp 64", "--dscp 64: a code point has 6 bits (0..63), so it means 0, as in kcptun")]
    [TestCase("--dscp -1", "--dscp -1: a code point has 6 bits (0..63), so it means 63, as in kcptun")]
    [TestCase("--sockbuf 0", "--sockbuf 0: the system's socket buffers are used")]
    [TestCase("--QPP --QPPCount 65597", "--QPPCount 65597: only the low 16 bits count, so it means 61, as in kcptun")]
    [TestCase("--datashard -1", "--datashard -1: a group cannot have so many, so FEC is off, as in kcptun; write 0")]
    [TestCase("--parityshard -2", "--parityshard -2: a group cannot have so many, so FEC is off")]
    [TestCase("--snmplog x --snmpperiod 0", "--snmpperiod 0: nothing will be written to x; use 1 or more")]
    [TestCase("-l 127.0.0.1", "--localaddr 127.0.0.1: is not host:port, so it is taken as the path of a Unix socket")]
    [TestCase("-r :29900", "--remoteaddr :29900: there is no host, so this machine is dialled, as in kcptun")]
    [TestCase("-r h:1junk", "--remoteaddr h:1junk: \"junk\" after the port is ignored")]
    public void What_Go_accepts_is_accepted_loudly(string line, string expected)
    {
        Verdict verdict = Check(line);
        verdict.Fatal.ShouldBeEmpty();
        string warning = verdict.Warnings.ShouldHaveSingleItem();
        warning.ShouldStartWith(expected);
        warning.ShouldNotContain("\n");
    }

    [Test]
    public void The_public_default_key_is_warned_about() =>
        OptionsValidator.Check(new ServerOptions()).Warnings.ShouldHaveSingleItem().ShouldStartWith("--key is missing");

    [Test]
    public void The_tunnel_gets_what_the_values_mean()
    {
        TunnelOptions effective = Check(
            "--crypt AES --mtu 9000 --sndwnd 0 --rcvwnd 70000 --dscp 184 --sockbuf -1 --QPP --QPPCount 65597 "
            + "--mode manual --nodelay -1 --interval -1 --resend -1 --nc -1 --autoexpire -1 --scavengettl -1 "
            + "--closewait -1").Effective;
        effective.ShouldBe(new ClientOptions
        {
            Key = "k",
            Crypt = "aes",
            Mtu = 1500,
            SndWnd = 32,
            RcvWnd = 65535,
            Dscp = 56,
            SockBuf = 0,
            Qpp = true,
            QppCount = 61,
            Mode = "manual",
            NoDelay = -1,
            Interval = -1,
            Resend = -1,
            Nc = -1,
            AutoExpire = 0,
            ScavengeTtl = 0,
            CloseWait = 0,
        });
    }

    [Test]
    public void All_problems_are_told_at_once() =>
        Check("--smuxver 9 --keepalive 99 --conn 0 --tcp").Fatal.Count.ShouldBe(4);

    [TestCase("normal", 0, 40, 2, 1)]
    [TestCase("fast", 0, 30, 2, 1)]
    [TestCase("fast2", 1, 20, 2, 1)]
    [TestCase("fast3", 1, 10, 2, 1)]
    [TestCase("default", 0, 10, 0, 0)]
    [TestCase("manual", 5, 6, 7, 8)]
    [TestCase("", 5, 6, 7, 8)]
    [TestCase("FAST", 5, 6, 7, 8)]
    public void A_named_profile_wins_over_the_four_options(string mode, int nodelay, int interval, int resend, int nc)
    {
        TunnelOptions given = new ClientOptions { Mode = mode, NoDelay = 5, Interval = 6, Resend = 7, Nc = 8 };
        TunnelOptions options = OptionsNormalizer.Apply(given, out string? notice);
        (options.NoDelay, options.Interval, options.Resend, options.Nc).ShouldBe((nodelay, interval, resend, nc));
        notice.ShouldBeNull();
    }

    [Test]
    public void A_negative_rate_becomes_zero_with_the_words_of_kcptun()
    {
        OptionsNormalizer.Apply(new ServerOptions { RateLimit = -5 }, out string? notice).RateLimit.ShouldBe(0);
        notice.ShouldBe("ratelimit -5 is negative, falling back to 0");
    }

    [TestCase("-t host:99999", "--target host:99999: port 99999 is out of range; ports are 0..65535")]
    [TestCase("-l x", "--listen x: malformed address")]
    [TestCase("-l :0", "--listen :0: invalid port range specified: minport:0 -> maxport 0")]
    public void Server_addresses_are_checked_too(string line, string expected)
    {
        ParsedFlags parsed = GoFlags.Parse(
            FlagSides.Server, FlagTable.Defaults(FlagSides.Server), $"--key k {line}".Split(' '));
        OptionsValidator.Check(parsed.Settings.Tunnel).Fatal.ShouldHaveSingleItem().ShouldStartWith(expected);
    }

    private static Verdict Check(string line)
    {
        ParsedFlags parsed = GoFlags.Parse(
            FlagSides.Client, FlagTable.Defaults(FlagSides.Client), $"--key k {line}".Split(' '));
        parsed.Error.ShouldBeNull();
        return OptionsValidator.Check(parsed.Settings.Tunnel);
    }
}
