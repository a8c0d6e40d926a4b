namespace KcpTun.Kcp;

/// <content>Data from the layer above (PROTOCOL c.3).</content>
public sealed partial class KcpSession
{
    /// <summary>Most fragments of a message: the reference accepts no more.</summary>
    public const int MaximumFragments = 255;

    /// <summary>
    /// Queues data; the caller flushes. In stream mode it first tops up the last segment not yet numbered.
    /// Empty data queues nothing: the reference's reader stalls on an empty message.
    /// </summary>
    /// <param name="data">Any length in stream mode; at most 255 segments in message mode.</param>
    /// <returns>False, with nothing queued, when there is no memory for it.</returns>
    /// <exception cref="ArgumentException">A message of more than 255 segments.</exception>
    public bool TrySend(ReadOnlySpan<byte> data)
    {
        int topUp = _options.StreamMode ? Math.Min(_send.TailRoom(Mss), data.Length) : 0;
        ReadOnlySpan<byte> rest = data[topUp..];
        int segments = (rest.Length + Mss - 1) / Mss;
        if (!_options.StreamMode && segments > MaximumFragments)
            throw new ArgumentException($"A message has at most {MaximumFragments} fragments.", nameof(data));
        for (int i = 0; i < segments; i++)
        {
            int length = Math.Min(rest.Length, Mss);
            byte fragment = _options.StreamMode ? (byte)0 : (byte)(segments - i - 1);
            if (!_send.TryAppend(rest[..length], fragment))
            {
                _send.RemoveTail(i);
                return false;
            }

            rest = rest[length..];
        }

        if (topUp > 0)
            _send.TopUp(segments, data[..topUp]);
        _counters.BytesSent += data.Length;
        return true;
    }
}
