namespace KcpTun.Tuncrypt;

/// <summary>What one call of <see cref="TuncryptSession.Read"/> did.</summary>
public enum TuncryptResult
{
    /// <summary>The input is used up in the middle of a message; call again when more has arrived.</summary>
    NeedMore,

    /// <summary>One record was opened; its content is in the out parameter.</summary>
    Plaintext,

    /// <summary>
    /// The peer's handshake message was accepted and the session is established: send what
    /// <see cref="TuncryptSession.TryTakeHandshake"/> gives (the server's answer), then records.
    /// </summary>
    HandshakeProgress,

    /// <summary>The session is closed for good; <see cref="TuncryptSession.FailureReason"/> says why.</summary>
    Failed,
}
