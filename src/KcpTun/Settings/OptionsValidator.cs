using KcpTun.Kcp;
using KcpTun.Tunnel;

namespace KcpTun.Settings;

/// <summary>
/// Checks options before anything is started (OPTIONS §6). What can never work is fatal; what Go accepts and gives a
/// meaning keeps that meaning, with a warning.
/// </summary>
internal sealed partial class OptionsValidator
{
    private readonly List<string> _fatal = [];
    private readonly List<string> _warnings = [];
    private TunnelOptions _options;

    private OptionsValidator(TunnelOptions options) => _options = options;

    /// <summary>Checks options to which the mode's profile has been applied.</summary>
    public static Verdict Check(TunnelOptions options)
    {
        OptionsValidator validator = new(options);
        validator.CheckSecrets();
        validator.CheckQpp();
        validator.CheckTransport();
        validator.CheckMtu();
        validator.CheckFec();
        validator.CheckMux();
        validator.CheckProcess();
        if (options is ClientOptions client)
            validator.CheckClient(client);
        if (options is ServerOptions server)
            validator.CheckServer(server);
        return new Verdict(validator._options, OneLine.Of(validator._fatal), OneLine.Of(validator._warnings));
    }

    private void CheckSecrets()
    {
        if (_options.Key.Length == 0)
            _warnings.Add("--key is empty: anyone can connect; set the same secret on both ends");
        else if (_options.Key == new ClientOptions().Key)
            _warnings.Add("--key is missing, so the public default is used: anyone can connect; set your own secret");
        if (!CipherNames.All.Contains(_options.Crypt))
        {
            string hint = NearestName.Hint(_options.Crypt, CipherNames.All);
            _warnings.Add(
                $"--crypt {_options.Crypt} is no cipher, so {CipherNames.Fallback} is used, as in kcptun{hint}");
            _options = _options with { Crypt = CipherNames.Fallback };
        }

        if (!KcpProfile.ModeNames.Contains(_options.Mode))
        {
            string hint = NearestName.Hint(_options.Mode, KcpProfile.ModeNames);
            _warnings.Add($"--mode {_options.Mode} is no profile, so it means manual, as in kcptun{hint}");
        }
    }

    private void CheckQpp()
    {
        const int Wrap = 65536;
        if (!_options.Qpp)
            return;
        if (_options.QppCount <= 0)
        {
            _fatal.Add($"QPPCount must be greater than 0 when QPP is enabled (--QPPCount {_options.QppCount})");
            return;
        }

        int pads = _options.QppCount % Wrap;
        if (pads == 0)
            Fail("--QPPCount", _options.QppCount, "only the low 16 bits count, which are 0; use 1..65535");
        else if (pads != _options.QppCount)
            Warn("--QPPCount", _options.QppCount, $"only the low 16 bits count, so it means {pads}, as in kcptun");
        _options = _options with { QppCount = pads };
    }

    private void CheckTransport()
    {
        const int LibraryWindow = 32;
        const int MaxAdvertised = 65535;
        if (_options.SndWnd <= 0)
            Warn("--sndwnd", _options.SndWnd, $"the send window stays at {LibraryWindow} packets, as in kcptun");
        if (_options.RcvWnd <= 0)
            Warn("--rcvwnd", _options.RcvWnd, $"the receive window stays at {LibraryWindow} packets, as in kcptun");
        if (_options.RcvWnd > MaxAdvertised)
            Warn("--rcvwnd", _options.RcvWnd, $"a peer can be told of {MaxAdvertised} packets at most; using that");
        if (_options.Dscp is < 0 or > 63)
        {
            int masked = _options.Dscp & 63;
            Warn("--dscp", _options.Dscp, $"a code point has 6 bits (0..63), so it means {masked}, as in kcptun");
        }

        if (_options.SockBuf <= 0)
            Warn("--sockbuf", _options.SockBuf, "the system's socket buffers are used; the default is 4194304");
        _options = _options with
        {
            SndWnd = _options.SndWnd <= 0 ? LibraryWindow : _options.SndWnd,
            RcvWnd = _options.RcvWnd <= 0 ? LibraryWindow : Math.Min(_options.RcvWnd, MaxAdvertised),
            Dscp = _options.Dscp & 63,
            SockBuf = Math.Max(_options.SockBuf, 0),
        };
    }

    /// <summary>PROTOCOL a.5: a datagram has to hold its headers and at least one byte.</summary>
    private void CheckMtu()
    {
        const int MaxMtu = 1500;
        const int SegmentHeader = 24;
        int envelope = _options.Crypt switch { "null" => 0, "aes-128-gcm" => 12 + 16, _ => 20 };
        int fec = _options.DataShard > 0 && _options.ParityShard > 0 ? 8 : 0;
        int smallest = envelope + fec + SegmentHeader + 1;
        if (_options.Mtu < smallest)
        {
            string layers = $"with crypt {_options.Crypt} {(fec > 0 ? "and FEC" : "and no FEC")}";
            Fail("--mtu", _options.Mtu, $"too small for one segment; {layers} it must be {smallest}..{MaxMtu}");
        }

        if (_options.Mtu > MaxMtu)
        {
            Warn("--mtu", _options.Mtu, $"{MaxMtu} is the most and is used instead, as in kcptun");
            _options = _options with { Mtu = MaxMtu };
        }
    }

    private void CheckFec()
    {
        const int MaxShards = 256;
        const string Negative = "a group cannot have so many, so FEC is off, as in kcptun; write 0";
        if (_options.DataShard < 0)
            Warn("--datashard", _options.DataShard, Negative);
        if (_options.ParityShard < 0)
            Warn("--parityshard", _options.ParityShard, Negative);
        if (_options.DataShard <= 0 || _options.ParityShard <= 0)
            return;
        long shards = (long)_options.DataShard + _options.ParityShard;
        if (shards > MaxShards)
        {
            _fatal.Add(
                $"--datashard {_options.DataShard} --parityshard {_options.ParityShard}: "
                + $"together {shards}, but a FEC group has at most {MaxShards} shards");
        }
    }

    private void CheckProcess()
    {
        if (_options.Tcp)
            _fatal.Add("--tcp: emulating TCP is not available in this version; remove the flag to use UDP");
        if (_options.SnmpLog.Length > 0 && _options.SnmpPeriod <= 0)
            Warn("--snmpperiod", _options.SnmpPeriod, $"nothing will be written to {_options.SnmpLog}; use 1 or more");
    }

    private void Warn(string flag, object value, string text) => _warnings.Add($"{flag} {value}: {text}");

    private void Fail(string flag, object value, string text) => _fatal.Add($"{flag} {value}: {text}");
}
