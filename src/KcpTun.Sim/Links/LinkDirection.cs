using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>
/// One direction of the path: takes datagrams, loses some, and hands the rest over when their time has come. Pure and
/// passive: the owner calls <see cref="Advance"/> at <see cref="NextEvent"/>, in virtual or in real time.
/// </summary>
public sealed class LinkDirection
{
    private readonly LinkSpec _spec;
    private readonly ILinkSink _sink;
    private readonly RandomStream _loss;
    private readonly PriorityQueue<LinkPacket, (long Time, long Order)> _inFlight = new();
    private long _order;
    private long _ordinal;

    /// <param name="spec">What the direction does.</param>
    /// <param name="direction">Names its random streams.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="pool">Where duplicates come from.</param>
    /// <param name="sink">Takes what arrives and what is lost.</param>
    public LinkDirection(LinkSpec spec, PathDirection direction, ulong seed, LinkPacketPool pool, ILinkSink sink)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _spec = spec;
        _sink = sink;
        _loss = new RandomStream(seed, direction == PathDirection.Up ? "link.up.loss" : "link.down.loss");
    }

    /// <summary>When <see cref="Advance"/> is due, ns; <see cref="SimTime.Never"/> while nothing is under way.</summary>
    public long NextEvent => _inFlight.TryPeek(out _, out (long Time, long Order) head) ? head.Time : SimTime.Never;

    /// <summary>Datagrams under way.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>A datagram enters; the direction owns it from now on and numbers it.</summary>
    public void Send(LinkPacket packet, long now)
    {
        packet.Ordinal = _ordinal++;
        packet.SentAt = now;
        if (_spec.Loss.Holds(_loss.At(packet.Ordinal)))
        {
            _sink.Drop(packet, DropReason.Random, now);
            return;
        }

        _inFlight.Enqueue(packet, (now + _spec.Delay, _order++));
    }

    /// <summary>Hands over everything that is due at <paramref name="now"/>, in order of time.</summary>
    public void Advance(long now)
    {
        while (_inFlight.TryPeek(out LinkPacket? packet, out (long Time, long Order) head) && head.Time <= now)
        {
            _inFlight.Dequeue();
            _sink.Deliver(packet, head.Time);
        }
    }
}
