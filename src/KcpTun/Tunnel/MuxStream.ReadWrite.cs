using System.Runtime.CompilerServices;
using KcpTun.Link;

namespace KcpTun.Tunnel;

public sealed partial class MuxStream
{
    /// <summary>
    /// Waits until a read would not wait: data, the end or an error is there. An idle reader needs no buffer.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitToReadAsync()
    {
        while (true)
        {
            ValueTask wait;
            lock (_gate)
            {
                if (_received.Count > 0 || _hasEnded || _isClosed || _sessionEnd != LinkEnd.None)
                    return;
                wait = _reader.ArmLocked();
            }

            await wait;
        }
    }

    /// <summary>
    /// Reads at least one byte; 0 after the peer's FIN. Data received before an error is delivered first.
    /// </summary>
    /// <exception cref="IOException">The session ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ValueTask wait;
            lock (_gate)
            {
                if (_received.Count > 0 && !_isClosed)
                    return TakeReceivedLocked(buffer.Span);
                if (_hasEnded && !_isClosed)
                    return 0;
                ThrowIfUnusableLocked(forWrite: false);
                wait = _reader.ArmLocked();
            }

            await WaitAsync(wait, _reader, cancellationToken);
        }
    }

    /// <summary>
    /// While the writers of the session together are far ahead: waits until a write would take something or would fail,
    /// so that whoever has to wait holds no buffer meanwhile.
    /// </summary>
    /// <returns>How much should be written at most.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int> WaitToWriteAsync()
    {
        while (true)
        {
            ValueTask wait;
            lock (_gate)
            {
                if (!_session.IsCrowded || _isWriteClosed || _sessionEnd != LinkEnd.None)
                    return SendBufferBytes;
                if (RoomLocked is > 0 and int room)
                    return room;
                wait = _writer.ArmLocked();
            }

            await wait;
        }
    }

    /// <summary>Queues all of <paramref name="buffer"/>, waiting while the link is behind.</summary>
    /// <exception cref="IOException">The session ended or the sending side was closed.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        QueueAsync(buffer, null, cancellationToken);

    /// <param name="rest">What is to be sent.</param>
    /// <param name="rented">The array it lies in from the start on, if that belongs to the stream from now on.</param>
    /// <param name="cancellation">Ends the wait.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask QueueAsync(ReadOnlyMemory<byte> rest, byte[]? rented, CancellationToken cancellation)
    {
        int length = rest.Length;
        try
        {
            while (rest.Length > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                ValueTask wait = default;
                bool isFull = false;
                bool isNews = false;
                int taken;
                lock (_gate)
                {
                    ThrowIfUnusableLocked(forWrite: true);
                    taken = Math.Min(rest.Length, RoomLocked);
                    if (rented is not null && taken == length)
                    {
                        _unsent.Append(rented, length);
                        rented = null;
                    }
                    else
                    {
                        // What there is room for goes now: what is sent when does not depend on who owns the buffer.
                        _unsent.Write(rest.Span[..taken]);
                    }

                    if (taken > 0)
                    {
                        _session.AddUnsent(taken);
                        _notes.Offered += taken;
                        isNews = EnqueueLocked();
                    }

                    if (taken < rest.Length)
                    {
                        isFull = true;
                        wait = _writer.ArmLocked();
                    }
                }

                if (taken > 0)
                    Post(isNews, wake: true);
                rest = rest[taken..];
                if (isFull)
                    await WaitAsync(wait, _writer, cancellation);
            }
        }
        finally
        {
            if (rented is not null)
                _session.Buffers.Return(rented);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(ValueTask wait, Waiter waiter, CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled)
        {
            await wait;
            return;
        }

        // A cancelled wait is an ordinary signal: the loop above sees the token.
        using (cancellation.UnsafeRegister(
            static state =>
            {
                (MuxStream stream, Waiter waiter) = ((MuxStream, Waiter))state!;
                lock (stream._gate)
                    waiter.SignalLocked();
            },
            (this, waiter)))
        {
            await wait;
        }
    }

    private int TakeReceivedLocked(Span<byte> destination)
    {
        int length = _received.Read(destination);
        NoteConsumedLocked(length);
        return length;
    }

    private void NoteConsumedLocked(int length)
    {
        _notes.Consumed += length;
        _session.ReleaseReceived(length);
        // The first report triggers the first window update (PROTOCOL e.4); later ones are worth a wake-up only when
        // they add up to something, or when the whole session waits for them.
        bool isUrgent = !_hasReported || _notes.Consumed >= _consumedReportBytes;
        bool isNews = EnqueueLocked();
        if (isNews)
            _session.Post(this);
        if (isUrgent || _session.IsStarved)
        {
            _hasReported = true;
            _session.Wake();
        }
    }
}
