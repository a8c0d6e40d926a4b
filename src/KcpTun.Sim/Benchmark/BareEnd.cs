using KcpTun.Kcp;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Benchmark;

/// <summary>Takes a message; the bytes are valid during the call.</summary>
internal delegate void MessageHandler(ReadOnlySpan<byte> message);

/// <summary>A KCP session and nothing else: no envelope, no FEC, no streams. Messages keep their boundaries.</summary>
internal sealed class BareEnd : SimEvent, IKcpOutput, ILinkSink
{
    private const int Window = 128;
    private const uint Conversation = 0x1122_3344;

    private readonly SimLoop _loop;
    private readonly LinkPacketPool _packets;
    private readonly MessageHandler _onMessage;
    private readonly KcpSession _kcp;
    private readonly byte[] _packet = new byte[KcpOptions.MaximumMtu];
    private readonly byte[] _message = new byte[KcpOptions.MaximumMtu];
    private LinkDirection? _out;
    private BareEnd? _peer;
    private LinkTimer? _arrivals;

    public BareEnd(SimLoop loop, KcpProfile profile, LinkPacketPool packets, MessageHandler onMessage)
    {
        _loop = loop;
        _packets = packets;
        _onMessage = onMessage;
        var options = new KcpOptions
        {
            Conversation = Conversation,
            Profile = profile,
            SendWindow = Window,
            ReceiveWindow = Window,
            StreamMode = false,
        };
        var pool = new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        _kcp = new KcpSession(options, pool, Counters);
        // kcp-go flushes a session when it is made, which sets the phase of its interval.
        _kcp.HandleTimer(Milliseconds, this);
    }

    public SnmpCounters Counters { get; } = new();

    private uint Milliseconds => new Instant(_loop.Now / SimTime.Microsecond).KcpMilliseconds;

    public void Connect(LinkSpec link, PathDirection direction, ulong seed, BareEnd peer)
    {
        _peer = peer;
        _out = new LinkDirection(link, direction, seed, _packets, this);
        _arrivals = new LinkTimer(_loop, _out);
    }

    public void Send(ReadOnlySpan<byte> message)
    {
        if (!_kcp.TrySend(message))
            throw new InvalidOperationException("No memory for a message.");
        _kcp.RequestFlush();
        Work();
    }

    Span<byte> IKcpOutput.Begin() => _packet.AsSpan(0, _kcp.Mtu);

    void IKcpOutput.Emit(int length)
    {
        LinkPacket packet = _packets.Rent();
        _packet.AsSpan(0, length).CopyTo(packet.Buffer);
        packet.Length = length;
        _out!.Send(packet, _loop.Now);
        _arrivals!.Arm();
    }

    void ILinkSink.Deliver(LinkPacket packet, long now) => _peer!.Receive(packet);

    void ILinkSink.Drop(LinkPacket packet, DropReason reason, long now) => _packets.Return(packet);

    protected internal override void Fire(long now) => Work();

    private void Receive(LinkPacket packet)
    {
        _kcp.Absorb(packet.Datagram, true, Milliseconds);
        _packets.Return(packet);
        // Messages first: their answers then share the flush that acknowledges them.
        int length;
        while ((length = _kcp.Receive(_message)) > 0)
            _onMessage(_message.AsSpan(0, length));
        Work();
    }

    private void Work()
    {
        uint now = Milliseconds;
        _kcp.Settle(ackNoDelay: false, now, this);
        _kcp.HandleTimer(now, this);
        if (_kcp.TryGetDeadline(now, out uint due))
        {
            long wait = Math.Max(0, SequenceNumber.Difference(due, now));
            long start = _loop.Now / SimTime.Millisecond * SimTime.Millisecond;
            _loop.Schedule(Math.Max(start + (wait * SimTime.Millisecond), _loop.Now + SimTime.Microsecond), this);
        }
    }

    private sealed class LinkTimer(SimLoop loop, LinkDirection link) : SimEvent
    {
        public void Arm()
        {
            if (link.NextEvent != SimTime.Never)
                loop.Schedule(link.NextEvent, this);
        }

        protected internal override void Fire(long now)
        {
            link.Advance(now);
            Arm();
        }
    }
}
