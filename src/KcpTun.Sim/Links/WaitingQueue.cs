namespace KcpTun.Sim.Links;

/// <summary>The datagrams that wait for the bottleneck, first come first served.</summary>
internal sealed class WaitingQueue
{
    private readonly Queue<(LinkPacket Packet, int Bytes)> _queue = new();
    private int _largest;

    /// <summary>Datagrams waiting.</summary>
    public int Count => _queue.Count;

    /// <summary>Their bytes, overhead included.</summary>
    public long Bytes { get; private set; }

    /// <summary>More waits than the largest datagram seen: a queue, not just the next one.</summary>
    public bool HasBacklog => Bytes > _largest;

    /// <param name="bytes">What it costs, overhead included.</param>
    public void Enqueue(LinkPacket packet, int bytes)
    {
        _queue.Enqueue((packet, bytes));
        Bytes += bytes;
        _largest = Math.Max(_largest, bytes);
    }

    public bool TryDequeue(out LinkPacket packet, out int bytes)
    {
        if (!_queue.TryDequeue(out (LinkPacket Packet, int Bytes) head))
        {
            packet = null!;
            bytes = 0;
            return false;
        }

        (packet, bytes) = head;
        Bytes -= bytes;
        return true;
    }
}
