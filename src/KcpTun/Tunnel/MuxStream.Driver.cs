using KcpTun.Link;

namespace KcpTun.Tunnel;

/// <summary>What the application did with a stream since the driver last looked.</summary>
internal record struct StreamNotes(int Offered, int Consumed, bool CloseWrite, bool Close, bool Abort);

public sealed partial class MuxStream
{
    private bool _resumesReader;
    private bool _resumesWriter;

    /// <summary>
    /// What waits for this stream goes on on the driver's own thread, at the end of its turn, instead of on the thread
    /// pool. For code that never blocks.
    /// </summary>
    internal bool ContinuesOnDriver { get; set; }

    /// <summary>Driver: takes the notes; the stream may queue itself again afterwards.</summary>
    internal StreamNotes TakeNotes()
    {
        lock (_gate)
        {
            StreamNotes notes = _notes;
            _notes = default;
            _isQueued = false;
            return notes;
        }
    }

    /// <summary>Driver: bytes arrived.</summary>
    /// <returns>False when the application has closed the stream and nobody will read them.</returns>
    internal bool Deliver(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            _received.Write(data);
            ResumeLocked(_reader, ref _resumesReader);
            return true;
        }
    }

    /// <summary>Driver: the peer's FIN arrived.</summary>
    internal void DeliverEnd()
    {
        lock (_gate)
        {
            _hasEnded = true;
            ResumeLocked(_reader, ref _resumesReader);
        }
    }

    /// <summary>Driver: fetches unsent bytes for a frame.</summary>
    internal int TakeUnsent(Span<byte> destination)
    {
        lock (_gate)
        {
            int length = _unsent.Read(destination);
            _session.AddUnsent(-length);
            if (_unsent.Count <= SendLimit / 2)
                ResumeLocked(_writer, ref _resumesWriter);
            return length;
        }
    }

    /// <summary>Driver: nobody will send what is unsent.</summary>
    internal void DropUnsent()
    {
        lock (_gate)
            ClearUnsentLocked();
    }

    /// <summary>Driver: lets go on what waits for what this turn has brought.</summary>
    internal void Resume()
    {
        bool hasReader;
        bool hasWriter;
        lock (_gate)
        {
            (hasReader, _resumesReader) = (_resumesReader, false);
            (hasWriter, _resumesWriter) = (_resumesWriter, false);
        }

        if (hasReader)
            _reader.Complete();
        if (hasWriter)
            _writer.Complete();
    }

    /// <summary>Driver: the session is gone; reads fail after what is buffered, writes fail at once.</summary>
    internal void EndSession(LinkEnd reason)
    {
        lock (_gate)
        {
            _sessionEnd = reason;
            ClearUnsentLocked();
            _reader.SignalLocked();
            _writer.SignalLocked();
        }
    }

    private void ResumeLocked(Waiter waiter, ref bool resumes)
    {
        if (!ContinuesOnDriver)
        {
            waiter.SignalLocked();
            return;
        }

        if (!waiter.TryTakeLocked())
            return;
        if (!_resumesReader && !_resumesWriter)
            _session.ResumeLater(this);
        resumes = true;
    }
}
