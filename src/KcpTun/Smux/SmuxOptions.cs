namespace KcpTun.Smux;

/// <summary>Settings of one smux session. Defaults are those of kcptun 20260314.</summary>
public sealed record SmuxOptions
{
    /// <summary>Protocol version, 1 or 2; both ends must agree.</summary>
    public int Version { get; init; } = 2;

    /// <summary>Largest payload that we send in a frame, bytes, 1..65535. The peer may send any length.</summary>
    public int FrameSize { get; init; } = 8192;

    /// <summary>Tokens of the session's receive bucket: bytes delivered and not yet consumed (PROTOCOL e.4).</summary>
    public int ReceiveBuffer { get; init; } = 4194304;

    /// <summary>Receive window that version 2 advertises for a stream, bytes.</summary>
    public int StreamBuffer { get; init; } = 2097152;

    /// <summary>Seconds between the NOP frames that we send.</summary>
    public int KeepAliveSeconds { get; init; } = 10;

    /// <summary>Seconds between checks for a silent peer.</summary>
    public int KeepAliveTimeoutSeconds { get; init; } = 30;

    /// <summary>Most streams held at a time; a SYN beyond it is answered with a FIN.</summary>
    public int MaxStreams { get; init; } = 65536;

    /// <summary>All problems of these settings in the words of the Go library (PROTOCOL e.7).</summary>
    public IEnumerable<string> Validate()
    {
        if (Version is not (1 or 2))
            yield return "unsupported protocol version";
        if (KeepAliveSeconds <= 0)
            yield return "keep-alive interval must be positive";
        if (KeepAliveTimeoutSeconds < KeepAliveSeconds)
            yield return "keep-alive timeout must be larger than keep-alive interval";
        if (FrameSize <= 0)
            yield return "max frame size must be positive";
        if (FrameSize > SmuxFrame.MaxPayload)
            yield return "max frame size must not be larger than 65535";
        if (ReceiveBuffer <= 0)
            yield return "max receive buffer must be positive";
        if (StreamBuffer <= 0)
            yield return "max stream buffer must be positive";
        if (StreamBuffer > ReceiveBuffer)
            yield return "max stream buffer must not be larger than max receive buffer";
        if (MaxStreams <= 0)
            yield return "max streams must be positive";
    }
}
