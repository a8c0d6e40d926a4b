using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>
/// One direction of the path: takes datagrams, loses some, and hands the rest over when their time has come. Pure and
/// passive: the owner calls <see cref="Advance"/> at <see cref="NextEvent"/>, in virtual or in real time.
/// </summary>
/// <remarks>
/// The stages, in this order:
/// <list type="number">
/// <item>MTU black hole: too long a datagram vanishes.</item>
/// <item>Policer: a token bucket without a queue.</item>
/// <item>Bottleneck: rate or delivery trace, with a queue, drop-tail or CoDel.</item>
/// <item>Blackout: the path is down.</item>
/// <item>Exact list of datagrams lost.</item>
/// <item>Fade: loss by spells of time.</item>
/// <item>Burst loss: Gilbert-Elliott, by packets.</item>
/// <item>Random loss, each datagram independently.</item>
/// <item>Corruption.</item>
/// <item>Duplication; the copy has a jitter of its own.</item>
/// <item>Delay, jitter and reordering.</item>
/// </list>
/// Loss comes after the bottleneck on purpose: a lost datagram has used capacity. All chance is indexed by the
/// datagram's number, so that runs which differ in one setting meet the same losses.
/// </remarks>
public sealed class LinkDirection
{
    private readonly LinkPacketPool _pool;
    private readonly ILinkSink _sink;
    private readonly Bottleneck _bottleneck;
    private readonly DelayLine _air;
    private readonly IReadOnlyList<LinkChange> _timeline;
    private readonly RandomStream _loss;
    private readonly RandomStream _burstLoss;
    private readonly RandomStream _fadeLoss;
    private readonly RandomStream _corrupt;
    private readonly RandomStream _damage;
    private readonly RandomStream _duplicate;

    private LinkSpec _link;
    private long _linkSince;
    private int _changes;
    private TokenBucket _policer;
    private FadeClock _fades;
    private BurstChannel _bursts;
    private long _ordinal;

    /// <param name="spec">What the direction does.</param>
    /// <param name="direction">Names its random streams.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="pool">Where duplicates come from.</param>
    /// <param name="sink">Takes what arrives and what is lost.</param>
    public LinkDirection(LinkSpec spec, PathDirection direction, ulong seed, LinkPacketPool pool, ILinkSink sink)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(sink);
        _link = spec;
        _timeline = spec.Timeline;
        _pool = pool;
        _sink = sink;
        _bottleneck = new Bottleneck(sink);
        _loss = Stream("loss");
        _burstLoss = Stream("burst.loss");
        _bursts = new BurstChannel(Stream("burst.state"));
        _fadeLoss = Stream("fade.loss");
        _fades = new FadeClock(Stream("fade.spell"));
        _corrupt = Stream("corrupt");
        _damage = Stream("corrupt.damage");
        _duplicate = Stream("dup");
        _air = new DelayLine(Stream("jitter"), Stream("dup.jitter"), Stream("reorder"));

        RandomStream Stream(string name) =>
            new(seed, $"link.{(direction == PathDirection.Up ? "up" : "down")}.{name}");
    }

    /// <summary>When <see cref="Advance"/> is due, ns; <see cref="SimTime.Never"/> if nothing is under way.</summary>
    public long NextEvent => Math.Min(_bottleneck.NextEvent, _air.NextEvent);

    /// <summary>Datagrams under way.</summary>
    public int InFlight => _bottleneck.Count + _air.Count;

    /// <summary>A datagram enters; the direction owns it from now on and numbers it.</summary>
    /// <param name="now">Everything due before must have been handed over.</param>
    public void Send(LinkPacket packet, long now)
    {
        ArgumentNullException.ThrowIfNull(packet);
        packet.Ordinal = _ordinal++;
        packet.SentAt = now;
        packet.QueuedFor = 0;
        FollowTimeline(now);
        DropReason fate = FateBeforeBottleneck(packet, now);
        if (fate != DropReason.None)
            _sink.Drop(packet, fate, now);
        else if (_bottleneck.IsOpen(_link))
            Leave(packet, now);
        else if (!_bottleneck.TryEnqueue(packet, _link, now))
            _sink.Drop(packet, DropReason.QueueFull, now);
    }

    /// <summary>Hands over everything that is due at <paramref name="now"/>, in order of time.</summary>
    public void Advance(long now)
    {
        while (true)
        {
            long time = NextEvent;
            if (time > now)
                return;
            FollowTimeline(time);
            if (_bottleneck.NextEvent == time)
                Leave(_bottleneck.Complete(_link), time);
            else
                _sink.Deliver(_air.Land(), time);
        }
    }

    private void FollowTimeline(long now)
    {
        while (_changes < _timeline.Count && _timeline[_changes].At <= now)
            (_linkSince, _link) = _timeline[_changes++];
    }

    private DropReason FateBeforeBottleneck(LinkPacket packet, long now)
    {
        if (_link.Mtu > 0 && packet.Length + LinkSpec.HeaderBytes > _link.Mtu)
            return DropReason.Mtu;
        if (_link.Policer is { } policer && !_policer.TryTake(policer, packet.Length + _link.Overhead, now))
            return DropReason.Policer;
        return DropReason.None;
    }

    private DropReason FateBehindBottleneck(long ordinal, long now)
    {
        if (_link.Blackout is { } blackout && blackout.Covers(now))
            return DropReason.Blackout;
        if (!_link.Drops.IsEmpty && _link.Drops.Contains(ordinal + 1))
            return DropReason.Listed;
        if (_link.Fade is { } fade && _fades.IsBadAt(fade, _linkSince, now) && fade.Loss.Holds(_fadeLoss.At(ordinal)))
            return DropReason.Fade;
        if (_link.Burst is { } burst && FateInBursts(burst, ordinal) is var fate and not DropReason.None)
            return fate;
        return _link.Loss.Holds(_loss.At(ordinal)) ? DropReason.Random : DropReason.None;
    }

    private DropReason FateInBursts(GilbertElliott burst, long ordinal)
    {
        bool isBad = _bursts.IsBadAt(burst, ordinal);
        if (!(isBad ? burst.LossInBad : burst.LossInGood).Holds(_burstLoss.At(ordinal)))
            return DropReason.None;
        return isBad ? DropReason.Burst : DropReason.Random;
    }

    private void Leave(LinkPacket packet, long now)
    {
        DropReason fate = FateBehindBottleneck(packet.Ordinal, now);
        if (fate != DropReason.None)
        {
            _sink.Drop(packet, fate, now);
            return;
        }

        if (_link.Corrupt is { } corrupt && packet.Length > 0 && corrupt.Chance.Holds(_corrupt.At(packet.Ordinal)))
            Damage.Apply(packet, corrupt.Kind, _damage.Fork((ulong)packet.Ordinal));
        LinkPacket? copy = _link.Duplicate.Holds(_duplicate.At(packet.Ordinal)) ? Copy(packet) : null;
        _air.Launch(packet, _link, now);
        if (copy is not null)
            _air.Launch(copy, _link, now);
    }

    private LinkPacket Copy(LinkPacket packet)
    {
        LinkPacket copy = _pool.Rent();
        copy.CopyFrom(packet);
        copy.IsDuplicate = true;
        return copy;
    }
}
