using System.IO.Hashing;
using KcpTun.Crypt;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Metrics;

/// <summary>
/// Sees every datagram enter the path, arrive or get lost: hashes it, opens a copy for the accounts, and tells an
/// observer.
/// </summary>
internal sealed class WireLog
{
    /// <summary>Longer waits count as this, ms.</summary>
    private const int MostQueueDelay = 2000;

    private readonly TraceHash _trace;
    private readonly Envelope _envelope;
    private readonly List<IWireObserver> _observers = [];
    private bool _needsPayload;
    private readonly byte[] _copy = new byte[DatagramBatch.SlotSize];
    private readonly int _front;
    private readonly OpenResult[] _opened = new OpenResult[1];
    private readonly long[] _entered = new long[2];
    private readonly SortedDictionary<DropReason, long> _drops = [];
    private readonly long[,] _queueDelays = new long[2, MostQueueDelay + 1];
    private long _queuedFor;
    private long _queued;

    /// <param name="trace">Takes every event.</param>
    /// <param name="envelope">Opens what the tunnel's ends seal.</param>
    /// <param name="accounts">What is on the wire, by purpose.</param>
    public WireLog(TraceHash trace, Envelope envelope, WireAccounts accounts, IWireObserver? observer)
    {
        _trace = trace;
        _envelope = envelope;
        Accounts = accounts;
        _front = envelope.HeaderLength + FecHeader.Length + KcpHeader.Length;
        if (observer is not null)
            Add(observer);
    }

    public WireAccounts Accounts { get; }

    public IReadOnlyDictionary<DropReason, long> Drops => _drops;

    /// <summary>Bytes of copies the path made, headers included.</summary>
    public long DuplicateBytes { get; private set; }

    /// <summary>Longest wait of a datagram at the bottleneck, ns.</summary>
    public long MaxQueueDelay { get; private set; }

    /// <summary>Mean wait of a datagram at the bottleneck, ns.</summary>
    public long MeanQueueDelay => _queued == 0 ? 0 : _queuedFor / _queued;

    /// <summary>
    /// Wait at the bottleneck that 95 of 100 datagrams do not exceed, ns, to a millisecond; of the direction in
    /// which it is longer.
    /// </summary>
    public long QueueDelayP95 => Math.Max(P95(PathDirection.Up), P95(PathDirection.Down));

    /// <summary>One more who watches.</summary>
    public void Add(IWireObserver observer)
    {
        _observers.Add(observer);
        _needsPayload |= observer.NeedsPayload;
    }

    public void OnEntering(LinkPacket packet, PathDirection direction, long now)
    {
        packet.Ordinal = _entered[(int)direction]++;
        Trace(TraceEventKind.DatagramSent, packet, direction, 0, now);
        ReadOnlySpan<byte> plain = default;
        if (packet.Transport == Transport.Tcp)
        {
            packet.Truth = Accounts.OnTcpSent(packet.Length);
        }
        else
        {
            plain = _needsPayload ? Open(packet) : OpenHeaders(packet);
            packet.Truth = Accounts.OnSent(direction, packet.Length, plain);
        }

        foreach (IWireObserver observer in _observers)
            observer.OnWire(Describe(WireEventKind.Sent, packet, direction, now), packet.Datagram, plain);
    }

    public void OnDelivered(LinkPacket packet, PathDirection direction, long now)
    {
        Trace(TraceEventKind.DatagramDelivered, packet, direction, 0, now);
        _queued++;
        _queuedFor += packet.QueuedFor;
        _queueDelays[(int)direction, Math.Min(packet.QueuedFor / SimTime.Millisecond, MostQueueDelay)]++;
        MaxQueueDelay = Math.Max(MaxQueueDelay, packet.QueuedFor);
        if (packet.IsDuplicate)
            DuplicateBytes += packet.Length + WireAccounts.IpUdpHeader;
        if (!packet.IsCorrupted)
            Accounts.OnDelivered(direction, packet.Truth);
        Tell(Describe(WireEventKind.Delivered, packet, direction, now), packet);
    }

    public void OnDropped(LinkPacket packet, PathDirection direction, DropReason reason, long now)
    {
        Trace(TraceEventKind.DatagramDropped, packet, direction, (int)reason, now);
        _drops[reason] = _drops.GetValueOrDefault(reason) + 1;
        Tell(Describe(WireEventKind.Dropped, packet, direction, now) with { Reason = reason }, packet);
    }

    private long P95(PathDirection direction)
    {
        long all = 0;
        for (int ms = 0; ms <= MostQueueDelay; ms++)
            all += _queueDelays[(int)direction, ms];
        long seen = 0;
        for (int ms = 0; ms <= MostQueueDelay; ms++)
        {
            seen += _queueDelays[(int)direction, ms];
            if (seen * 100 >= all * 95)
                return ms * SimTime.Millisecond;
        }

        return 0;
    }

    private void Trace(TraceEventKind kind, LinkPacket packet, PathDirection direction, int detail, long now)
    {
        // What is delivered is what was sent, unless the path says otherwise.
        bool isKnown = kind != TraceEventKind.DatagramSent && !packet.IsCorrupted;
        ulong content = isKnown ? 0 : XxHash3.HashToUInt64(packet.Datagram);
        _trace.Add(new TraceEvent(now, kind, (int)direction + (detail << 1), packet.Ordinal, packet.Length, content));
    }

    private void Tell(in WireEvent wireEvent, LinkPacket packet)
    {
        if (_observers.Count == 0)
            return;
        ReadOnlySpan<byte> plain = _needsPayload && packet.Transport == Transport.Udp ? Open(packet) : default;
        foreach (IWireObserver observer in _observers)
            observer.OnWire(wireEvent, packet.Datagram, plain);
    }

    /// <summary>
    /// A packet of which no more than the headers can be relied on. Opening every datagram whole took 10 % of the
    /// default table and 17 % of the swarm; most carry one segment or parity, and their front says so.
    /// </summary>
    private ReadOnlySpan<byte> OpenHeaders(LinkPacket packet)
    {
        if (packet.Length <= _front)
            return Open(packet);
        Span<byte> front = _copy.AsSpan(0, _front);
        packet.Datagram[.._front].CopyTo(front);
        if (!_envelope.TryOpenFront(front))
            return Open(packet);
        ReadOnlySpan<byte> plain = _copy.AsSpan(0, packet.Length)[_envelope.HeaderLength..];
        return HasOneHeader(plain) ? plain : Open(packet);
    }

    /// <summary>Whether it is parity, or one segment that fills the packet.</summary>
    private static bool HasOneHeader(ReadOnlySpan<byte> packet)
    {
        if (FecHeader.IsFec(packet))
        {
            if (FecHeader.ReadType(packet) != FecHeader.DataType)
                return true;
            packet = packet[FecHeader.Length..];
        }

        return KcpHeader.Read(packet).PayloadLength == packet.Length - KcpHeader.Length;
    }

    private ReadOnlySpan<byte> Open(LinkPacket packet)
    {
        packet.Datagram.CopyTo(_copy);
        var whole = new Slice(0, packet.Length);
        _envelope.Open(_copy, [whole], _opened);
        Slice payload = _opened[0].Payload;
        return _opened[0].Status == OpenStatus.Ok ? _copy.AsSpan(payload.Offset, payload.Length) : default;
    }

    private static WireEvent Describe(WireEventKind kind, LinkPacket packet, PathDirection direction, long now) => new(
        now, kind, direction, packet.Ordinal, packet.From, packet.To, Transport: packet.Transport,
        IsDuplicate: packet.IsDuplicate, IsCorrupted: packet.IsCorrupted);
}
