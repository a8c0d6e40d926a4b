namespace KcpTun.Smux;

/// <summary>What the local application does.</summary>
public sealed partial class SmuxSession
{
    /// <summary>
    /// Opens a stream and queues its SYN. False when the ids are used up (PROTOCOL e.2, Go's "go away") or
    /// <see cref="SmuxOptions.MaxStreams"/> streams are held; existing streams go on.
    /// </summary>
    public bool TryOpen(out uint streamId)
    {
        streamId = 0;
        if (_streams.Count >= _options.MaxStreams)
            return false;

        // The peer may have opened ids that are ours to give: receivers do not check parity.
        do
        {
            if (_lastOpenedId > uint.MaxValue - 2)
                return false;
            _lastOpenedId += 2;
        }
        while (_streams.ContainsKey(_lastOpenedId));

        streamId = _lastOpenedId;
        SmuxStream stream = AddStream(streamId);
        stream.IsSynQueued = true;
        _scheduler.Push(stream, FrameClass.Control, _sequence++);
        return true;
    }

    /// <summary>
    /// Announces <paramref name="bytes"/> more bytes in the stream's send buffer. Ignored once the stream was closed
    /// for writing, and for an unknown stream.
    /// </summary>
    public void Offer(uint streamId, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (!_streams.TryGetValue(streamId, out SmuxStream? stream) || stream.SendEnd != SendEnd.Open)
            return;
        stream.PendingSend += bytes;
        ScheduleData(stream);
    }

    /// <summary>
    /// The application took <paramref name="bytes"/> delivered bytes: they return to the bucket, and in version 2 the
    /// peer is told when due (PROTOCOL e.4). Ignored for a closed stream, whose bytes have returned already.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More than was delivered.</exception>
    public void Consumed(uint streamId, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes == 0 || !_streams.TryGetValue(streamId, out SmuxStream? stream) || stream.IsClosed)
            return;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, stream.Unread);
        stream.Unread -= bytes;
        _tokens += bytes;
        if (_options.Version != 2
            || !stream.ReceiveWindow.OnConsumed(bytes, _options.StreamBuffer)
            || stream.IsUpdateQueued)
        {
            return;
        }

        stream.IsUpdateQueued = true;
        _scheduler.Push(stream, FrameClass.Control, _sequence++);
    }

    /// <summary>
    /// Half-close: a FIN follows everything offered so far, and reading goes on (PROTOCOL e.6). The FIN is sent once,
    /// unlike in Go, whatever follows.
    /// </summary>
    public void CloseWrite(uint streamId)
    {
        if (_streams.TryGetValue(streamId, out SmuxStream? stream))
            RequestEnd(stream);
    }

    /// <summary>
    /// Full close: a FIN follows what was offered, unless one was sent; unread bytes return to the bucket, and data
    /// that still arrives is discarded. The stream is forgotten when the FIN has been sent, which in version 2 may wait
    /// for the peer's window: bound that wait with <see cref="Abort"/> (PROTOCOL e.6, stuck writer).
    /// </summary>
    public void Close(uint streamId)
    {
        if (_streams.TryGetValue(streamId, out SmuxStream? stream))
            CloseStream(stream);
    }

    /// <summary>
    /// Like <see cref="Close"/>, but what was offered and not sent is dropped. Also ends a close that waits.
    /// </summary>
    public void Abort(uint streamId)
    {
        if (!_streams.TryGetValue(streamId, out SmuxStream? stream))
            return;
        stream.PendingSend = 0;
        CloseStream(stream);
    }

    private void CloseStream(SmuxStream stream)
    {
        _tokens += stream.Unread;
        stream.Unread = 0;
        stream.IsClosed = true;
        RequestEnd(stream);
        ForgetIfDone(stream);
    }

    private void RequestEnd(SmuxStream stream)
    {
        if (stream.SendEnd == SendEnd.Open)
            stream.SendEnd = SendEnd.Requested;
        ScheduleData(stream);
    }

    /// <summary>
    /// Queues the stream's next data frame. One at a time, as Go's blocking writer does: so streams share the line
    /// evenly, and a stream whose window is closed takes no turn.
    /// </summary>
    private void ScheduleData(SmuxStream stream)
    {
        if (stream.IsDataQueued || !stream.CanSendData)
            return;
        stream.IsDataQueued = true;
        _scheduler.Push(stream, FrameClass.Data, _sequence++);
    }
}
