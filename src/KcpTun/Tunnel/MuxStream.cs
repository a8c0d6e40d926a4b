using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Tunnel;

/// <summary>
/// One stream of a session, as seen by application threads. Reads and writes go to two byte queues under one gate; what
/// the driver must know (bytes offered, bytes consumed, half-close, close) is noted here and picked up by the driver,
/// which alone touches the protocol core. One reader and one writer at a time.
/// </summary>
public sealed partial class MuxStream : Stream
{
    /// <summary>Bytes a writer may be ahead of the driver.</summary>
    public const int SendBufferBytes = 128 * 1024;

    /// <summary>
    /// The same while the session is crowded: a thousand writers, each as far ahead as one alone may be, would keep
    /// 128 MiB waiting for a path that takes 1 MiB at a time.
    /// </summary>
    private const int CrowdedSendBufferBytes = 16 * 1024;

    private readonly object _gate = new();
    private readonly LinkSession _session;
    private readonly ByteQueue _received;
    private readonly ByteQueue _unsent;
    private readonly Waiter _reader = new();
    private readonly Waiter _writer = new();
    private readonly int _consumedReportBytes;

    private StreamNotes _notes;
    private bool _isQueued;
    private bool _hasReported;
    private bool _hasEnded;
    private bool _isWriteClosed;
    private bool _isClosed;
    private LinkEnd _sessionEnd;

    internal MuxStream(LinkSession session, uint id, int streamBuffer)
    {
        _session = session;
        Id = id;
        _received = new ByteQueue(int.MaxValue, session.Buffers);
        _unsent = new ByteQueue(SendBufferBytes, session.Buffers);
        // A quarter of the window: the driver hears often enough to send window updates at the half, as kcptun does.
        _consumedReportBytes = Math.Max(1, streamBuffer / 4);
    }

    /// <summary>smux stream id.</summary>
    public uint Id { get; }

    /// <summary>The session that carries this stream.</summary>
    public LinkSession Session => _session;

    /// <summary>The peer has sent its FIN: it will send no more data.</summary>
    public bool HasPeerEnded
    {
        get
        {
            lock (_gate)
                return _hasEnded;
        }
    }

    /// <summary>Bytes that a read would return without waiting.</summary>
    public int AvailableBytes
    {
        get
        {
            lock (_gate)
                return _received.Count;
        }
    }

    /// <summary>A write is waiting for the peer's window or for the link.</summary>
    public bool IsWriteBlocked
    {
        get
        {
            lock (_gate)
                return _writer.IsArmed;
        }
    }

    /// <summary>Bytes written and not yet handed to the link.</summary>
    public int UnsentBytes
    {
        get
        {
            lock (_gate)
                return _unsent.Count;
        }
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Half-close: FIN after everything written. Reading goes on.</summary>
    public void CloseWrite()
    {
        bool isNews;
        lock (_gate)
        {
            if (_isWriteClosed || _isClosed)
                return;
            _isWriteClosed = true;
            _notes.CloseWrite = true;
            _writer.SignalLocked();
            isNews = EnqueueLocked();
        }

        Post(isNews, wake: true);
    }

    /// <summary>
    /// Drops everything unsent and unread and forgets the stream; the peer gets a FIN (smux has no reset).
    /// </summary>
    public void Abort() => Close(isAbort: true);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close(isAbort: false);
        base.Dispose(disposing);
    }

    private void Close(bool isAbort)
    {
        bool isNews;
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _isWriteClosed = true;
            _notes.Close = true;
            _notes.Abort = isAbort;
            _session.ReleaseReceived(_received.Count);
            _received.Clear();
            if (isAbort)
            {
                ClearUnsentLocked();
                _notes.Offered = 0;
            }

            _reader.SignalLocked();
            _writer.SignalLocked();
            isNews = EnqueueLocked();
        }

        Post(isNews, wake: true);
    }

    public override void Flush()
    {
        // Every write is on its way at once; there is nothing to hold back.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int SendLimit => _session.IsCrowded ? CrowdedSendBufferBytes : SendBufferBytes;

    private int RoomLocked => Math.Max(0, SendLimit - _unsent.Count);

    private void ClearUnsentLocked()
    {
        _session.AddUnsent(-_unsent.Count);
        _unsent.Clear();
    }

    private bool EnqueueLocked()
    {
        if (_isQueued || _sessionEnd != LinkEnd.None)
            return false;
        _isQueued = true;
        return true;
    }

    private void Post(bool isNews, bool wake)
    {
        if (isNews)
            _session.Post(this);
        if (wake)
            _session.Wake();
    }

    private void ThrowIfUnusableLocked(bool forWrite)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (_sessionEnd != LinkEnd.None)
            throw new IOException($"The session ended: {_session.EndText}");
        if (forWrite && _isWriteClosed)
            throw new IOException("The stream's sending side is closed.");
    }
}
