using KcpTun.Link;

namespace KcpTun.Tunnel;

/// <summary>What the application did with a stream since the driver last looked.</summary>
internal record struct StreamNotes(int Offered, int Consumed, bool CloseWrite, bool Close, bool Abort);

public sealed partial class MuxStream
{
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
            _reader.SignalLocked();
            return true;
        }
    }

    /// <summary>Driver: the peer's FIN arrived.</summary>
    internal void DeliverEnd()
    {
        lock (_gate)
        {
            _hasEnded = true;
            _reader.SignalLocked();
        }
    }

    /// <summary>Driver: fetches unsent bytes for a frame.</summary>
    internal int TakeUnsent(Span<byte> destination)
    {
        lock (_gate)
        {
            int length = _unsent.Read(destination);
            if (_unsent.Free >= SendBufferBytes / 2)
                _writer.SignalLocked();
            return length;
        }
    }

    /// <summary>Driver: the session is gone; reads fail after what is buffered, writes fail at once.</summary>
    internal void EndSession(LinkEnd reason)
    {
        lock (_gate)
        {
            _sessionEnd = reason;
            _unsent.Clear();
            _reader.SignalLocked();
            _writer.SignalLocked();
        }
    }
}
