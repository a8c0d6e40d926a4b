using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>
/// The slowest hop: one datagram in transmission, the others waiting in a queue of limited room. A datagram keeps the
/// capacity that its transmission began with.
/// </summary>
internal sealed class Bottleneck
{
    private readonly WaitingQueue _waiting = new();
    private readonly CoDel _codel;
    private LinkPacket? _current;
    private TransmissionClock _rateClock;
    private OpportunityClock _traceClock;

    /// <param name="sink">Takes what CoDel drops.</param>
    public Bottleneck(ILinkSink sink) => _codel = new CoDel(_waiting, sink);

    /// <summary>
    /// When the datagram in transmission has been sent; <see cref="SimTime.Never"/> if there is none.
    /// </summary>
    public long NextEvent { get; private set; } = SimTime.Never;

    /// <summary>Datagrams in transmission or waiting.</summary>
    public int Count => _waiting.Count + (_current is null ? 0 : 1);

    /// <summary>Whether a datagram would only pass through.</summary>
    public bool IsOpen(LinkSpec spec) => spec.Rate == 0 && spec.Trace is null && _current is null;

    /// <returns>False if the queue has no room.</returns>
    public bool TryEnqueue(LinkPacket packet, LinkSpec spec, long now)
    {
        int bytes = packet.Length + spec.Overhead;
        if (_current is null)
        {
            // Through the queue all the same, so that the queue management sees every datagram.
            _waiting.Enqueue(packet, bytes);
            Begin(spec, now);
            return true;
        }

        if (!HasRoom(spec, bytes, now))
            return false;
        _waiting.Enqueue(packet, bytes);
        return true;
    }

    /// <summary>The datagram whose transmission ends at <see cref="NextEvent"/>; the next one begins.</summary>
    public LinkPacket Complete(LinkSpec spec)
    {
        LinkPacket done = _current!;
        Begin(spec, NextEvent);
        return done;
    }

    private void Begin(LinkSpec spec, long now)
    {
        bool isBusy = spec.CoDel is { } codel
            ? _codel.TryDequeue(codel, now, out LinkPacket packet, out int bytes)
            : _waiting.TryDequeue(out packet, out bytes);
        _current = packet;
        NextEvent = SimTime.Never;
        if (!isBusy)
            return;
        packet.QueuedFor = now - packet.SentAt;
        NextEvent = Finish(spec, bytes, now);
    }

    private long Finish(LinkSpec spec, int bytes, long now)
    {
        if (spec.Trace is { } trace)
            return _traceClock.Finish(bytes, now, trace);
        return spec.Rate > 0 ? _rateClock.Finish(bytes, now, spec.Rate) : now;
    }

    private bool HasRoom(LinkSpec spec, int bytes, long now) => spec.Queue switch
    {
        { Unit: QueueUnit.Bytes } queue => _waiting.Bytes + bytes <= queue.Amount,
        { Unit: QueueUnit.Packets } queue => _waiting.Count < queue.Amount,
        { Unit: QueueUnit.Time } queue => IsServedWithin(spec, queue.Amount, now),
        _ => true,
    };

    /// <summary>Whether everything before a new datagram will have gone in time.</summary>
    private bool IsServedWithin(LinkSpec spec, long limit, long now)
    {
        if (spec.Trace is not null)
            return _traceClock.Expect(_waiting.Bytes) - now <= limit;
        long left = limit - (NextEvent - now);
        return left >= 0 && Math.BigMul((ulong)_waiting.Bytes, TransmissionClock.BitNanoseconds)
            <= Math.BigMul((ulong)left, (ulong)spec.Rate);
    }
}
