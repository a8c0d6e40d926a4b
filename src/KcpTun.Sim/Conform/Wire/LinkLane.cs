using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>A datagram that has come through the link.</summary>
/// <param name="Time">When.</param>
/// <param name="Socket">The tester's socket it left from or goes to.</param>
internal readonly record struct LinkArrival(Instant Time, byte[] Bytes, int Socket);

/// <summary>One direction of a <see cref="LinkFilter"/>.</summary>
internal sealed class LinkLane : ILinkSink
{
    private readonly LinkPacketPool _pool;
    private readonly LinkDirection _link;
    private readonly Queue<LinkArrival> _arrived = new();

    public LinkLane(PathSpec path, PathDirection direction, ulong seed, LinkPacketPool pool)
    {
        _pool = pool;
        _link = new LinkDirection(path[direction], direction, seed, pool, this);
    }

    /// <summary>Datagrams lost.</summary>
    public long Lost { get; private set; }

    /// <summary>When there is something to take.</summary>
    public Instant NextDeadline
    {
        get
        {
            if (_arrived.TryPeek(out LinkArrival first))
                return first.Time;
            long next = _link.NextEvent;
            // Rounded up: before its time nothing arrives.
            return next == SimTime.Never
                ? Instant.Never
                : new Instant((next + SimTime.Microsecond - 1) / SimTime.Microsecond);
        }
    }

    /// <summary>A datagram enters. One longer than any path of the simulator carries is lost.</summary>
    /// <param name="now">Not before that of an earlier call.</param>
    public void Put(ReadOnlySpan<byte> datagram, int socket, Instant now)
    {
        long nanoseconds = now.Microseconds * SimTime.Microsecond;
        _link.Advance(nanoseconds);
        LinkPacket packet = _pool.Rent();
        if (datagram.Length > packet.Buffer.Length)
        {
            Drop(packet, DropReason.Mtu, nanoseconds);
            return;
        }

        datagram.CopyTo(packet.Buffer);
        packet.Length = datagram.Length;
        packet.From = default(PeerAddress).WithPort(socket);
        _link.Send(packet, nanoseconds);
    }

    /// <summary>Takes the next datagram that has arrived by now.</summary>
    public bool TryTake(Instant now, out LinkArrival arrival)
    {
        _link.Advance(now.Microseconds * SimTime.Microsecond);
        return _arrived.TryDequeue(out arrival);
    }

    public void Deliver(LinkPacket packet, long now)
    {
        var time = new Instant((now + SimTime.Microsecond - 1) / SimTime.Microsecond);
        _arrived.Enqueue(new LinkArrival(time, packet.Datagram.ToArray(), packet.From.Port));
        _pool.Return(packet);
    }

    public void Drop(LinkPacket packet, DropReason reason, long now)
    {
        Lost++;
        _pool.Return(packet);
    }
}
