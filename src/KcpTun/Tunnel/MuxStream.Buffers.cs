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
    internal ValueTask HandOverAsync(byte[] buffer, int length) =>
        QueueAsync(buffer.AsMemory(0, length), buffer, CancellationToken.None);
}
