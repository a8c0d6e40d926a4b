using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// One KCP session of the tester with FEC and envelope: a reliable stream of bytes for the layers above. The same
/// protocol classes as in <see cref="LinkCore"/>, without its pacing, tuncrypt and smux.
/// </summary>
internal sealed class KcpCarrier : IKcpOutput
{
    /// <summary>Segments that may wait before <see cref="SendRoom"/> is used up.</summary>
    private const int MaxQueued = 1024;

    private const long MaxMemory = 64 << 20;

    private readonly LinkOptions _link;
    private readonly DatagramCodec _codec;
    private readonly Queue<OutgoingDatagram> _outgoing;
    private readonly PacketPool _pool = new(new MemoryBudget(MaxMemory));
    private readonly SnmpCounters _counters = new();
    private readonly byte[] _packet = new byte[PacketPool.SlotSize];
    private readonly KcpSession _kcp;
    private readonly FecEncoder? _encoder;
    private readonly int _offset;
    private FecDecoder? _decoder;
    private Instant _now;

    public KcpCarrier(
        LinkOptions link, DatagramCodec codec, uint conversation, Queue<OutgoingDatagram> outgoing, Instant now)
    {
        _link = link;
        _codec = codec;
        _outgoing = outgoing;
        _offset = link.HasFec ? FecHeader.Length : 0;
        int room = Math.Min(link.Mtu, LinkCore.MaxDatagram) - codec.Overhead;
        _kcp = new KcpSession(
            new KcpOptions
            {
                Conversation = conversation,
                Profile = link.Profile,
                SendWindow = link.SendWindow,
                ReceiveWindow = link.ReceiveWindow,
                Mtu = room - _offset,
            },
            _pool, _counters);
        if (link.HasFec)
            _encoder = new FecEncoder(link.DataShards, link.ParityShards, room);
        Process(now);
    }

    public uint Conversation => _kcp.Conversation;

    /// <summary>When <see cref="Process"/> is due although nothing happened.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Bytes that may be queued before a sender should wait.</summary>
    public long SendRoom => Math.Max(0, MaxQueued - _kcp.WaitSend) * (long)_kcp.Mss;

    /// <summary>Queues bytes; <see cref="Process"/> sends them.</summary>
    /// <returns>False, and nothing is queued, when there is no memory for them.</returns>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        if (!_kcp.TrySend(bytes))
            return false;
        _kcp.RequestFlush();
        return true;
    }

    /// <summary>Takes one packet whose envelope has been removed.</summary>
    /// <returns>Whether it made sense.</returns>
    public bool Input(ReadOnlySpan<byte> packet, Instant now)
    {
        if (!FecHeader.IsFec(packet))
            return Absorb(packet, true, now);
        bool isGood = true;
        switch (FecHeader.ReadType(packet))
        {
            case FecHeader.OutOfBandType:
                return false;
            case FecHeader.DataType when packet.Length >= FecHeader.Length:
                isGood = Absorb(packet[FecHeader.Length..], true, now);
                break;
        }

        // A peer may use FEC although we do not (PROTOCOL b.4): the decoder then learns the shape by itself.
        _decoder ??= _link.HasFec
            ? new FecDecoder(_link.DataShards, _link.ParityShards, _counters, _pool)
            : new FecDecoder(_counters, _pool);
        int recovered = _decoder.Decode(packet);
        for (int i = 0; i < recovered; i++)
            Absorb(_decoder.Recovered(i), false, now);
        return isGood;
    }

    /// <summary>Takes received bytes.</summary>
    /// <param name="destination">Room for a segment.</param>
    /// <returns>How many; 0 if there are none.</returns>
    public int Receive(Span<byte> destination) => Math.Max(0, _kcp.Receive(destination));

    /// <summary>Sends, acknowledges and retransmits what is due.</summary>
    public void Process(Instant now)
    {
        _now = now;
        uint milliseconds = now.KcpMilliseconds;
        _kcp.Settle(_link.AckNoDelay, milliseconds, this);
        _kcp.HandleTimer(milliseconds, this);
        NextDeadline = Instant.Never;
        if (!_kcp.TryGetDeadline(milliseconds, out uint due))
            return;
        long wait = Math.Max(0, SequenceNumber.Difference(due, milliseconds));
        NextDeadline = Instant.FromMilliseconds((now.Microseconds / 1000) + wait);
    }

    Span<byte> IKcpOutput.Begin() => _packet.AsSpan(_offset, _kcp.Mtu);

    void IKcpOutput.Emit(int length)
    {
        Span<byte> packet = _packet.AsSpan(0, _offset + length);
        int parity = _encoder?.Encode(packet, _now) ?? 0;
        Post(packet);
        for (int i = 0; i < parity; i++)
            Post(_packet.AsSpan(0, _encoder!.WriteParity(i, _packet)));
    }

    private bool Absorb(ReadOnlySpan<byte> packet, bool isRegular, Instant now) =>
        _kcp.Absorb(packet, isRegular, now.KcpMilliseconds) == KcpInputResult.Ok;

    private void Post(ReadOnlySpan<byte> packet) => _outgoing.Enqueue(new OutgoingDatagram(_codec.Seal(packet), 1));
}
