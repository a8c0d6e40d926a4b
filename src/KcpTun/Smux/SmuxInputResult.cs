namespace KcpTun.Smux;

/// <summary>
/// What became of received bytes. Anything but <see cref="Ok"/> is fatal: the byte stream can no longer be trusted
/// and the session accepts nothing more (PROTOCOL e.3, where Go reports "invalid protocol").
/// </summary>
public enum SmuxInputResult
{
    Ok,

    /// <summary>A frame of a version other than the configured one.</summary>
    WrongVersion,

    /// <summary>A command beyond UPD.</summary>
    UnknownCommand,

    /// <summary>A SYN, FIN or NOP with a payload, or a UPD whose payload is not 8 bytes.</summary>
    BadLength,

    /// <summary>A UPD in a version 1 session.</summary>
    UnexpectedUpdate,

    /// <summary>A UPD that acknowledges bytes that were never sent.</summary>
    PeerConsumedTooMuch,
}
