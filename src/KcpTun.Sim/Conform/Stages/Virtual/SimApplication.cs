using KcpTun.IO;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Conform.Stages.Virtual;

/// <summary>An application on a virtual TCP connection to the subject.</summary>
internal sealed class SimApplication : IStageApplication
{
    private const int LargestPiece = 16 * 1024;

    private readonly IStreamConnection _connection;
    private readonly Action _notice;
    private readonly ByteQueue _unsent = new();
    private readonly ReadAllowance _reading = new();
    private readonly Waiter _mayRead = new();
    private readonly Waiter _mayWrite = new();
    private bool _isFinishing;
    private bool _isClosed;

    public SimApplication(IStreamConnection connection, Action notice)
    {
        _connection = connection;
        _notice = notice;
    }

    public ApplicationState State { get; private set; }

    public long Unsent => _unsent.Length;

    public void Send(ReadOnlyMemory<byte> bytes)
    {
        if (_isClosed || _isFinishing)
            return;
        _unsent.Enqueue(bytes);
        _mayWrite.SignalLocked();
    }

    public void Allow(long bytes)
    {
        _reading.Grant(bytes);
        _mayRead.SignalLocked();
    }

    public ReadOnlyMemory<byte> TakeReceived() => _reading.Take();

    public void Finish()
    {
        _isFinishing = true;
        _mayWrite.SignalLocked();
    }

    public void Close(bool isReset)
    {
        _isClosed = true;
        _unsent.Clear();
        _connection.Dispose();
        _mayRead.SignalLocked();
        _mayWrite.SignalLocked();
    }

    /// <summary>
    /// Reads as far as it may. Without leave it reads one byte ahead, to see the end where there is none, and keeps it
    /// to itself.
    /// </summary>
    public async Task ReadAsync()
    {
        byte[] buffer = new byte[LargestPiece];
        try
        {
            while (true)
            {
                int wanted = (int)Math.Clamp(_reading.Left, 1, buffer.Length);
                int length = await _connection.ReadAsync(buffer.AsMemory(0, wanted), CancellationToken.None);
                if (length == 0)
                    break;
                while (_reading.Left == 0 && !_isClosed)
                    await _mayRead.ArmLocked();
                if (_isClosed)
                    return;
                _reading.Add(buffer.AsSpan(0, length));
                _notice();
            }

            State = ApplicationState.Ended;
            _notice();
        }
        catch (ObjectDisposedException)
        {
            // Closed by this application: it reads no more.
        }
    }

    /// <summary>Writes what it is told, then the end.</summary>
    public async Task WriteAsync()
    {
        try
        {
            while (!_isClosed)
            {
                if (_unsent.Length > 0)
                {
                    ReadOnlyMemory<byte> piece = _unsent.Head;
                    piece = piece[..Math.Min(piece.Length, LargestPiece)];
                    await _connection.WriteAsync(piece, CancellationToken.None);
                    if (_isClosed)
                        return;
                    _unsent.Skip(piece.Length);
                    if (_unsent.Length == 0)
                        _notice();
                }
                else if (_isFinishing)
                {
                    _connection.ShutdownWrite();
                    return;
                }
                else
                {
                    await _mayWrite.ArmLocked();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side is gone, which the reader finds out as well.
            _unsent.Clear();
        }
    }
}
