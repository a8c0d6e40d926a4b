namespace KcpTun.Kcp;

/// <content>Data to the layer above (PROTOCOL c.8).</content>
public sealed partial class KcpSession
{
    /// <summary>Length of the next message (in stream mode: of the next segment); 0 when there is none.</summary>
    public int PeekLength()
    {
        HeadMessage(out int length);
        return length;
    }

    /// <summary>Takes one message (in stream mode: one segment). Never flushes.</summary>
    /// <returns>
    /// Its length, 0 when there is none, or −1 when <paramref name="destination"/> is too small, and then it stays.
    /// </returns>
    public int Receive(Span<byte> destination)
    {
        int segments = HeadMessage(out int length);
        if (segments == 0)
            return 0;
        if (length > destination.Length)
            return -1;
        bool wasFull = _receive.IsQueueFull;
        RemoveMessage(segments, destination);
        OnRemoved(length, wasFull);
        return length;
    }

    /// <summary>
    /// The next segment in order where it lies, until <see cref="RemoveSegment"/>; empty when there is none. A copy
    /// less than <see cref="Receive"/>, for stream mode, in which a message is a segment.
    /// </summary>
    public ReadOnlySpan<byte> HeadSegment => _receive.QueueCount == 0 ? default : _receive.Head;

    /// <summary>Takes away the segment that <see cref="HeadSegment"/> has shown.</summary>
    public void RemoveSegment()
    {
        bool wasFull = _receive.IsQueueFull;
        OnRemoved(_receive.RemoveHead(), wasFull);
    }

    private void OnRemoved(int length, bool wasFull)
    {
        DeliverInOrder();
        // The peer may have stopped at a window of zero; the next flush tells it of the new room.
        if (wasFull && !_receive.IsQueueFull)
            _probe.Tell = true;
        _counters.BytesReceived += length;
    }

    /// <summary>Moves what has come into order to the reader, and drops messages without content.</summary>
    /// <remarks>
    /// differs: the reference hands an empty message to its reader, which then stalls for ever. Here it is
    /// acknowledged, takes its place in the window, and is gone as soon as it reaches the head of the queue.
    /// </remarks>
    private void DeliverInOrder()
    {
        _receive.Advance();
        while (HeadMessage(out int length) is var segments and > 0 && length == 0)
        {
            RemoveMessage(segments, default);
            _receive.Advance();
        }
    }

    /// <summary>Segments and bytes of the message at the head of the queue; 0 when it is incomplete.</summary>
    /// <remarks>
    /// differs: in stream mode the fragment field is ignored, and in message mode a message longer than the receive
    /// window is delivered in parts. A peer that sets the field wrongly would otherwise block the queue for ever.
    /// </remarks>
    private int HeadMessage(out int length)
    {
        length = 0;
        int queued = _receive.QueueCount;
        if (queued == 0)
            return 0;
        if (!_options.StreamMode && queued <= _receive.QueuedFragment(0) && !_receive.IsQueueFull)
            return 0;
        int segments = 0;
        bool isLast;
        do
        {
            length += _receive.QueuedLength(segments);
            isLast = _options.StreamMode || _receive.QueuedFragment(segments) == 0;
            segments++;
        }
        while (!isLast && segments < queued);
        return segments;
    }

    private void RemoveMessage(int segments, Span<byte> destination)
    {
        for (; segments > 0; segments--)
            destination = destination[_receive.Dequeue(destination)..];
    }
}
