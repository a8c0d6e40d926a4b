namespace KcpTun.Link;

/// <summary>Why a session ended.</summary>
public enum LinkEnd
{
    /// <summary>It lives.</summary>
    None,

    /// <summary>This side closed it.</summary>
    ClosedLocally,

    /// <summary>Nothing was heard from the peer for too long (PROTOCOL e.7).</summary>
    KeepAliveTimeout,

    /// <summary>The peer's smux bytes break the protocol.</summary>
    InvalidProtocol,

    /// <summary>The peer's compressed stream is corrupt.</summary>
    CorruptCompression,

    /// <summary>The tuncrypt layer could not be set up or was tampered with.</summary>
    TuncryptFailed,

    /// <summary>The peer started anew from the same address.</summary>
    Replaced,
}
