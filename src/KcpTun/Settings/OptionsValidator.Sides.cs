using KcpTun.Tunnel;

namespace KcpTun.Settings;

internal sealed partial class OptionsValidator
{
    /// <summary>The checks smux makes for every session, before there is one.</summary>
    private void CheckMux()
    {
        const int MaxFrame = 65535;
        if (_options.SmuxVer is < 1 or > 2)
            _fatal.Add($"unsupported smux version:{_options.SmuxVer} (--smuxver must be 1 or 2)");
        if (_options.KeepAlive is < 1 or > 30)
        {
            string reason = _options.KeepAlive < 1
                ? "keep-alive interval must be positive"
                : "keep-alive timeout must be larger than keep-alive interval";
            Fail("--keepalive", _options.KeepAlive, $"{reason}; use 1..30 seconds");
        }

        if (_options.FrameSize < 1)
            Fail("--framesize", _options.FrameSize, $"max frame size must be positive; use 1..{MaxFrame}");
        if (_options.FrameSize > MaxFrame)
            Fail("--framesize", _options.FrameSize, $"max frame size must not be larger than {MaxFrame}");
        if (_options.SmuxBuf < 1)
            Fail("--smuxbuf", _options.SmuxBuf, "max receive buffer must be positive; the default is 4194304");
        if (_options.StreamBuf < 1)
            Fail("--streambuf", _options.StreamBuf, "max stream buffer must be positive; the default is 2097152");
        if (_options.SmuxBuf >= 1 && _options.StreamBuf > _options.SmuxBuf)
        {
            string advice = $"lower it or raise --smuxbuf ({_options.SmuxBuf})";
            Fail(
                "--streambuf",
                _options.StreamBuf,
                $"max stream buffer must not be larger than max receive buffer; {advice}");
        }

        _options = _options with { CloseWait = Math.Max(_options.CloseWait, 0) };
    }

    private void CheckClient(ClientOptions client)
    {
        const int MaxSlots = 65535;
        if (client.Conn <= 0)
            _fatal.Add($"conn must be greater than 0 (--conn {client.Conn})");
        if (client.Conn > MaxSlots)
            Fail("--conn", client.Conn, $"at most {MaxSlots} connections");
        CheckStreamEndPoint("--localaddr", client.LocalAddr);
        if (CheckMultiPort("--remoteaddr", client.RemoteAddr) is { Host: "" })
            Warn("--remoteaddr", client.RemoteAddr, "there is no host, so this machine is dialled, as in kcptun");
        ClientOptions effective = (ClientOptions)_options;
        _options = effective with
        {
            AutoExpire = Math.Max(effective.AutoExpire, 0),
            ScavengeTtl = Math.Max(effective.ScavengeTtl, 0),
        };
    }

    private void CheckServer(ServerOptions server)
    {
        CheckMultiPort("--listen", server.Listen);
        CheckStreamEndPoint("--target", server.Target);
    }

    private MultiPortAddress? CheckMultiPort(string flag, string text)
    {
        bool valid = MultiPortAddress.TryParse(text, out MultiPortAddress address, out string? remark);
        if (remark is not null)
            (valid ? _warnings : _fatal).Add($"{flag} {text}: {remark}");
        return valid ? address : null;
    }

    private void CheckStreamEndPoint(string flag, string text)
    {
        bool valid = StreamEndPoints.TryParse(text, out _, out string? remark);
        if (remark is not null)
            (valid ? _warnings : _fatal).Add($"{flag} {text}: {remark}");
    }
}
