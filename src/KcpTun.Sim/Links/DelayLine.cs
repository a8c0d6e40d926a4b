using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>
/// What is in the air: delay, jitter and reordering decide when a datagram arrives, and it waits here until then.
/// Arrivals that follow each other in order of time stand in a ring; only the others pay for a heap.
/// </summary>
internal sealed class DelayLine(RandomStream jitter, RandomStream copyJitter, RandomStream reorder)
{
    private readonly Queue<(LinkPacket Packet, Arrival At)> _ring = new();
    private readonly PriorityQueue<LinkPacket, Arrival> _heap = new();
    private long _lastInRing;
    private long _latest;
    private long _order;
    private long _sinceReordered;

    /// <summary>When the next datagram arrives; <see cref="SimTime.Never"/> if none is in the air.</summary>
    public long NextEvent { get; private set; } = SimTime.Never;

    public int Count => _ring.Count + _heap.Count;

    /// <param name="now">Not before that of an earlier call.</param>
    public void Launch(LinkPacket packet, LinkSpec spec, long now)
    {
        long time = now;
        if (!IsReordered(packet, spec.Reorder))
        {
            time += spec.Delay;
            if (spec.Jitter is { } shaking)
                time = Shake(packet, shaking, time, now);
            _latest = Math.Max(_latest, time);
        }

        var arrival = new Arrival(time, _order++);
        if (_ring.Count == 0 || time >= _lastInRing)
        {
            _ring.Enqueue((packet, arrival));
            _lastInRing = time;
        }
        else
        {
            _heap.Enqueue(packet, arrival);
        }

        NextEvent = Math.Min(NextEvent, time);
    }

    /// <summary>Takes the datagram that arrives at <see cref="NextEvent"/>.</summary>
    public LinkPacket Land()
    {
        LinkPacket packet = IsRingFirst() ? _ring.Dequeue().Packet : _heap.Dequeue();
        NextEvent = Math.Min(
            _ring.TryPeek(out (LinkPacket, Arrival At) head) ? head.At.Time : SimTime.Never,
            _heap.TryPeek(out _, out Arrival top) ? top.Time : SimTime.Never);
        return packet;
    }

    private bool IsRingFirst()
    {
        if (!_ring.TryPeek(out (LinkPacket, Arrival At) head))
            return false;
        return !_heap.TryPeek(out _, out Arrival top) || head.At.CompareTo(top) < 0;
    }

    private bool IsReordered(LinkPacket packet, ReorderSpec? spec)
    {
        if (spec is null || ++_sinceReordered < spec.Gap || !spec.Chance.Holds(reorder.At(packet.Ordinal)))
            return false;
        _sinceReordered = 0;
        return true;
    }

    private long Shake(LinkPacket packet, JitterSpec spec, long time, long now)
    {
        RandomStream chance = packet.IsDuplicate ? copyJitter : jitter;
        long shaken = Math.Max(now, time + Jitter.Draw(spec, chance, packet.Ordinal));
        return spec.KeepsOrder ? Math.Max(shaken, _latest) : shaken;
    }

    /// <summary>Arrivals of the same moment keep the order of their departures.</summary>
    private readonly record struct Arrival(long Time, long Order) : IComparable<Arrival>
    {
        public int CompareTo(Arrival other) =>
            Time != other.Time ? Time.CompareTo(other.Time) : Order.CompareTo(other.Order);
    }
}
