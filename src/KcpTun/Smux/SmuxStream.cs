namespace KcpTun.Smux;

/// <summary>How far the end of our own data has come.</summary>
internal enum SendEnd
{
    Open,

    /// <summary>A FIN follows the data that waits.</summary>
    Requested,

    Sent,
}

/// <summary>State of one stream, held until both the application and the wire are done with it.</summary>
internal sealed class SmuxStream(uint streamId, bool hasWindow) : FrameQueue(streamId)
{
    public SendWindow SendWindow = new(hasWindow);

    public ReceiveWindow ReceiveWindow;

    /// <summary>Bytes offered and not yet sent.</summary>
    public long PendingSend { get; set; }

    /// <summary>Bytes delivered and not yet consumed.</summary>
    public long Unread { get; set; }

    public SendEnd SendEnd { get; set; }

    public bool HasReceivedEnd { get; set; }

    /// <summary>The application has closed it; only what was offered before is still to be sent.</summary>
    public bool IsClosed { get; set; }

    /// <summary>A control frame for our SYN waits in the scheduler.</summary>
    public bool IsSynQueued { get; set; }

    /// <summary>A control frame for a UPD waits in the scheduler; it will carry the newest values.</summary>
    public bool IsUpdateQueued { get; set; }

    /// <summary>The stream's only data frame, PSH or FIN, waits in the scheduler.</summary>
    public bool IsDataQueued { get; set; }

    /// <summary>Whether a PSH or the FIN could be sent now.</summary>
    public bool CanSendData => PendingSend > 0 ? SendWindow.Available > 0 : SendEnd == SendEnd.Requested;

    public bool IsDone =>
        IsClosed && SendEnd == SendEnd.Sent && !IsSynQueued && !IsUpdateQueued && !IsDataQueued;
}
