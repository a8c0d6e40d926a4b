using System.Runtime.CompilerServices;

namespace KcpTun.Tunnel;

/// <content>Whole buffers of the session's pool, which change hands instead of being copied.</content>
public sealed partial class MuxStream
{
    /// <summary>
    /// After <see cref="WaitToReadAsync"/>: hands over the buffer in which the next bytes wait. It belongs to the
    /// caller, who returns it to the session's pool.
    /// </summary>
    /// <returns>At least one byte; without an array after the peer's FIN.</returns>
    /// <exception cref="IOException">The session ended.</exception>
    internal ArraySegment<byte> Take()
    {
        lock (_gate)
        {
            if (_received.Count == 0 || _isClosed)
            {
                if (!_hasEnded || _isClosed)
                    ThrowIfUnusableLocked(forWrite: false);
                return default;
            }

            ArraySegment<byte> taken = _received.Take();
            NoteConsumedLocked(taken.Count);
            return taken;
        }
    }

    /// <summary>
    /// Like <see cref="Stream.WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, but takes the buffer itself,
    /// which is of the session's pool and belongs to the stream from now on, whatever comes of it.
    /// </summary>
    /// <exception cref="IOException">The session ended or the sending side was closed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask HandOverAsync(byte[] buffer, int length)
    {
        bool isOurs = true;
        int start = 0;
        try
        {
            while (start < length)
            {
                ValueTask wait = default;
                bool isFull = false;
                bool isNews = false;
                int taken;
                lock (_gate)
                {
                    ThrowIfUnusableLocked(forWrite: true);
                    taken = Math.Min(length - start, RoomLocked);
                    if (taken == length)
                    {
                        _unsent.Append(buffer, length);
                        isOurs = false;
                    }
                    else
                    {
                        // What there is room for goes now: what is sent when does not depend on who owns the buffer.
                        _unsent.Write(buffer.AsSpan(start, taken));
                    }

                    if (taken > 0)
                    {
                        _session.AddUnsent(taken);
                        _notes.Offered += taken;
                        isNews = EnqueueLocked();
                    }

                    start += taken;
                    if (start < length)
                    {
                        isFull = true;
                        wait = _writer.ArmLocked();
                    }
                }

                if (taken > 0)
                    Post(isNews, wake: true);
                if (isFull)
                    await WaitAsync(wait, _writer, CancellationToken.None);
            }
        }
        finally
        {
            if (isOurs)
                _session.Buffers.Return(buffer);
        }
    }
}
