using KcpTun.Primitives;

namespace KcpTun.Link;

/// <summary>
/// Holds a session's datagrams back to a byte rate (the <c>ratelimit</c> option, PROTOCOL c.9): a token bucket of
/// 96,000 bytes in front of the sink. Go's queue in this place drops what exceeds 2048 packets; this one never drops:
/// a session does not flush while its pacer holds anything, so it never holds more than one flush produces.
/// </summary>
public sealed class PacketPacer(int bytesPerSecond, PacketPool pool)
{
    /// <summary>Bytes that may pass at once after a silence (kcp-go's value).</summary>
    public const int BurstBytes = 96_000;

    private readonly Queue<(PacketSlot Slot, int Length)> _queue = new();
    private readonly byte[] _fallback = new byte[PacketPool.SlotSize];
    private PacketSlot _reserved;
    private double _tokens = BurstBytes;
    private Instant _refilledAt;

    public bool HoldsBack => _queue.Count > 0;

    /// <summary>Datagrams lost because the memory budget was exhausted.</summary>
    public long Refused { get; private set; }

    public Span<byte> Reserve()
    {
        if (_reserved.IsEmpty && !pool.TryRent(out _reserved))
            return _fallback;
        return _reserved.Span;
    }

    public void Commit(int length)
    {
        if (_reserved.IsEmpty)
        {
            Refused++;
            return;
        }

        _queue.Enqueue((_reserved, length));
        _reserved = default;
    }

    /// <summary>Passes on what the bucket allows.</summary>
    public void Pump(Instant now, IPacketSink sink, in PeerAddress peer)
    {
        double earned = (now - _refilledAt) * (double)bytesPerSecond / 1_000_000;
        _tokens = Math.Min(BurstBytes, _tokens + earned);
        _refilledAt = now;
        while (_queue.TryPeek(out (PacketSlot Slot, int Length) head) && head.Length <= _tokens)
        {
            _queue.Dequeue();
            _tokens -= head.Length;
            head.Slot.Span[..head.Length].CopyTo(sink.Reserve());
            sink.Commit(head.Length, peer);
            pool.Return(head.Slot);
        }
    }

    /// <summary>When the next datagram may pass; never when nothing waits.</summary>
    public Instant NextDeadline =>
        _queue.TryPeek(out (PacketSlot Slot, int Length) head)
            ? _refilledAt.AddMicroseconds((long)Math.Ceiling((head.Length - _tokens) * 1_000_000 / bytesPerSecond))
            : Instant.Never;

    public void Release()
    {
        while (_queue.TryDequeue(out (PacketSlot Slot, int Length) entry))
            pool.Return(entry.Slot);
        if (!_reserved.IsEmpty)
            pool.Return(_reserved);
        _reserved = default;
    }
}
