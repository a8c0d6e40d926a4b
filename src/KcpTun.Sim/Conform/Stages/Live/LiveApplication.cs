using System.Net.Sockets;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>An application on a TCP connection to the subject.</summary>
internal sealed class LiveApplication : IStageApplication, IDisposable
{
    /// <summary>SO_RCVBUF and SO_SNDBUF: small, so that an application that does not read is soon felt.</summary>
    public const int SocketBuffer = 64 * 1024;

    private const int LargestPiece = 64 * 1024;

    private readonly Socket _socket;
    private readonly LiveGate _gate;
    private readonly ByteQueue _unsent = new();
    private readonly ReadAllowance _reading = new();
    private readonly SemaphoreSlim _mayRead = new(0);
    private readonly SemaphoreSlim _mayWrite = new(0);
    private ApplicationState _state;
    private bool _isFinishing;
    private bool _isClosed;

    public LiveApplication(Socket socket, LiveGate gate)
    {
        _socket = socket;
        _gate = gate;
        socket.NoDelay = true;
        _ = Task.Run(ReadAsync);
        _ = Task.Run(WriteAsync);
    }

    public ApplicationState State => _gate.Read(() => _state);

    public long Unsent => _gate.Read(() => _unsent.Length);

    public void Send(ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (!_isClosed && !_isFinishing && _state != ApplicationState.Failed)
                _unsent.Enqueue(bytes);
        }

        _mayWrite.Release();
    }

    public void Allow(long bytes)
    {
        lock (_gate)
            _reading.Grant(bytes);
        _mayRead.Release();
    }

    public ReadOnlyMemory<byte> TakeReceived() => _gate.Read(_reading.Take);

    public void Finish()
    {
        lock (_gate)
            _isFinishing = true;
        _mayWrite.Release();
    }

    public void Close(bool isReset)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _unsent.Clear();
        }

        if (isReset)
            _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
        _mayRead.Release();
        _mayWrite.Release();
    }

    public void Dispose() => Close(isReset: true);

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[LargestPiece];
        try
        {
            while (true)
            {
                int wanted = (int)Math.Min(_gate.Read(() => _reading.Left), buffer.Length);
                // Without leave it only looks, to see the end when nothing stands in front of it.
                int length = wanted == 0
                    ? await _socket.ReceiveAsync(buffer.AsMemory(0, 1), SocketFlags.Peek)
                    : await _socket.ReceiveAsync(buffer.AsMemory(0, wanted));
                if (length == 0)
                {
                    Notice(ApplicationState.Ended);
                    return;
                }

                if (wanted > 0)
                    _gate.Change(() => _reading.Add(buffer.AsSpan(0, length)));
                else
                    await WaitForLeaveAsync();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Notice(ApplicationState.Failed);
        }
    }

    private async Task WaitForLeaveAsync()
    {
        while (_gate.Read(() => _reading.Left == 0 && !_isClosed))
            await _mayRead.WaitAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                (ReadOnlyMemory<byte> piece, bool isEnd, bool isClosed) = _gate.Read(Next);
                if (isClosed)
                    return;
                if (isEnd)
                {
                    _socket.Shutdown(SocketShutdown.Send);
                    return;
                }

                if (piece.IsEmpty)
                    await _mayWrite.WaitAsync();
                else
                    await WriteAsync(piece);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side is gone, which the reader finds out as well.
            _gate.Change(_unsent.Clear);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> piece)
    {
        int length = await _socket.SendAsync(piece);
        lock (_gate)
        {
            if (_isClosed)
                return;
            _unsent.Skip(length);
            if (_unsent.Length > 0)
                return;
        }

        _gate.Change(() => { });
    }

    private (ReadOnlyMemory<byte> Piece, bool IsEnd, bool IsClosed) Next()
    {
        ReadOnlyMemory<byte> piece = _unsent.Length > 0 ? _unsent.Head : default;
        return (piece[..Math.Min(piece.Length, LargestPiece)], _isFinishing && piece.IsEmpty, _isClosed);
    }

    private void Notice(ApplicationState state) => _gate.Change(() =>
    {
        if (_state == ApplicationState.Open && !_isClosed)
            _state = state;
    });
}
