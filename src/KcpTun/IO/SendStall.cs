namespace KcpTun.IO;

/// <summary>Why the last send was cut short, and so what the next wait must watch for.</summary>
internal enum SendStall
{
    None,

    /// <summary>The socket's buffer is full: it becomes writable when there is room.</summary>
    SocketFull,

    /// <summary>
    /// The system is short of buffers: the socket stays writable, and waiting for that would spin. A short pause
    /// instead.
    /// </summary>
    SystemFull,
}
