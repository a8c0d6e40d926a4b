using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Relay;

/// <summary>One direction of the path, and what it has done. Guarded by the relay's gate.</summary>
internal sealed class RelayDirection : ILinkSink
{
    private readonly LinkPacketPool _pool;
    private readonly Action<LinkPacket, long> _deliver;
    private readonly SortedDictionary<DropReason, long> _drops = [];
    private long _totalLateness;

    /// <param name="deliver">Takes what arrives, and when it should have.</param>
    public RelayDirection(
        PathSpec path, PathDirection direction, ulong seed, LinkPacketPool pool, Action<LinkPacket, long> deliver)
    {
        _pool = pool;
        _deliver = deliver;
        Link = new LinkDirection(path[direction], direction, seed, pool, this);
    }

    public LinkDirection Link { get; }

    /// <summary>Datagrams received from the sender's socket.</summary>
    public long Entered { get; private set; }

    /// <summary>Datagrams handed to the receiver's socket, copies included.</summary>
    public long Delivered { get; private set; }

    /// <summary>Copies the path has made, among those delivered.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Datagrams lost, by reason.</summary>
    public IReadOnlyDictionary<DropReason, long> Drops => _drops;

    /// <summary>Datagrams that left the relay more than a millisecond too late.</summary>
    public long Late { get; private set; }

    /// <summary>Longest time by which a datagram left the relay too late, ns.</summary>
    public long MaxLateness { get; private set; }

    /// <summary>Mean of that time, ns.</summary>
    public long MeanLateness => Delivered == 0 ? 0 : _totalLateness / Delivered;

    public void Enter(LinkPacket packet, long now)
    {
        Entered++;
        Link.Send(packet, now);
    }

    /// <summary>Loses a datagram that the relay cannot carry.</summary>
    public void Refuse(LinkPacket packet, long now)
    {
        Entered++;
        Drop(packet, DropReason.Mtu, now);
    }

    public void Deliver(LinkPacket packet, long now) => _deliver(packet, now);

    public void Drop(LinkPacket packet, DropReason reason, long now)
    {
        _drops[reason] = _drops.GetValueOrDefault(reason) + 1;
        _pool.Return(packet);
    }

    /// <summary>A datagram has left.</summary>
    /// <param name="lateness">By how much after its time, ns.</param>
    public void Sent(LinkPacket packet, long lateness)
    {
        Delivered++;
        Duplicates += packet.IsDuplicate ? 1 : 0;
        Late += lateness > SimTime.Millisecond ? 1 : 0;
        MaxLateness = Math.Max(MaxLateness, lateness);
        _totalLateness += lateness;
        _pool.Return(packet);
    }
}
