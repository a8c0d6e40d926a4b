using KcpTun.Qpp;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Conform.Stages.Virtual;

/// <summary>
/// An application directly on a stream of the mux. It never waits: it does what it can after every turn of the driver
/// and whenever it is told something.
/// </summary>
internal sealed class CoreApplication(QppKeystream? encrypting, QppKeystream? decrypting, Action notice)
    : IStageApplication
{
    private const int LargestPiece = 64 * 1024;

    private readonly ByteQueue _unsent = new();
    private readonly ReadAllowance _reading = new();
    private MuxStream? _stream;
    private bool _isFinishing;
    private bool _isClosed;
    private bool _isReset;

    public ApplicationState State { get; private set; }

    public long Unsent => _unsent.Length;

    /// <summary>Nothing more will happen on it.</summary>
    public bool IsOver => _isClosed;

    /// <summary>Its stream has been opened.</summary>
    public void Attach(MuxStream stream)
    {
        _stream = stream;
        if (_isClosed)
            CloseStream();
        else
            Pump();
    }

    /// <summary>No stream can be opened for it.</summary>
    public void Refuse()
    {
        State = ApplicationState.Failed;
        notice();
    }

    public void Send(ReadOnlyMemory<byte> bytes)
    {
        if (_isClosed || _isFinishing || State == ApplicationState.Failed)
            return;
        _unsent.Enqueue(bytes);
        Pump();
    }

    public void Allow(long bytes)
    {
        _reading.Grant(bytes);
        Pump();
    }

    public ReadOnlyMemory<byte> TakeReceived() => _reading.Take();

    public void Finish()
    {
        _isFinishing = true;
        Pump();
    }

    /// <summary>The subject is ending: what it has taken is on its way, nothing more is.</summary>
    public void Shut()
    {
        _unsent.Clear();
        Finish();
    }

    public void Close(bool isReset)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _isReset = isReset;
        _unsent.Clear();
        CloseStream();
    }

    /// <summary>Does what it can.</summary>
    public void Pump()
    {
        if (_stream is null || _isClosed)
            return;
        Read(_stream);
        Write(_stream);
        if (_isFinishing && _unsent.Length == 0)
            _stream.CloseWrite();
        if (State != ApplicationState.Open || _stream.AvailableBytes > 0)
            return;
        if (_stream.HasPeerEnded)
            State = ApplicationState.Ended;
        else if (_stream.Session.HasEnded)
            State = ApplicationState.Failed;
        if (State != ApplicationState.Open)
            notice();
    }

    private void Read(MuxStream stream)
    {
        while (_reading.Left > 0 && stream.AvailableBytes > 0)
        {
            byte[] piece = new byte[Math.Min(LargestPiece, Math.Min(_reading.Left, stream.AvailableBytes))];
            int length = Completed(stream.ReadAsync(piece, CancellationToken.None).AsTask()).Result;
            decrypting?.Decrypt(piece.AsSpan(0, length));
            _reading.Add(piece.AsSpan(0, length));
            notice();
        }
    }

    private void Write(MuxStream stream)
    {
        if (stream.Session.HasEnded)
            _unsent.Clear();
        while (_unsent.Length > 0 && stream.UnsentBytes < MuxStream.SendBufferBytes)
        {
            int room = Math.Min(MuxStream.SendBufferBytes - stream.UnsentBytes, LargestPiece);
            ReadOnlyMemory<byte> piece = _unsent.Head;
            piece = piece[..Math.Min(piece.Length, room)];
            Completed(stream.WriteAsync(Encrypted(piece), CancellationToken.None).AsTask());
            _unsent.Skip(piece.Length);
            if (_unsent.Length == 0)
                notice();
        }
    }

    private ReadOnlyMemory<byte> Encrypted(ReadOnlyMemory<byte> piece)
    {
        if (encrypting is null)
            return piece;
        byte[] copy = piece.ToArray();
        encrypting.Encrypt(copy);
        return copy;
    }

    private void CloseStream()
    {
        if (_isReset)
            _stream?.Abort();
        else
            _stream?.Dispose();
    }

    private static T Completed<T>(T task)
        where T : Task
    {
        if (!task.IsCompleted)
            throw new InvalidOperationException("A stream waits although it has bytes or room.");
        task.GetAwaiter().GetResult();
        return task;
    }
}
