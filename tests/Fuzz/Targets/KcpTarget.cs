using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: the options of a session of either dialect, then steps: packets as they are, segments with their numbers
/// relative to the session's, time, sends, reads. The peer is hostile.
/// </summary>
internal sealed class KcpTarget : FuzzTarget
{
    private const uint Conversation = 0x1BADCAFE;
    private const int MaxSteps = 400;
    private const int Slab = PacketPool.SlotSize * PacketPool.SlotsPerSlab;

    private readonly byte[] _message = new byte[1 << 20];
    private readonly byte[] _sent = new byte[4096];
    private KcpSession _session = null!;
    private SnmpCounters _counters = null!;
    private PacketPool _pool = null!;
    private PacketList _output = null!;
    private KcpOptions _options = null!;
    private uint _now;
    private int _widestWindow;

    private enum Step
    {
        Packet,
        Segment,
        Push,
        Ack,
        Time,
        Send,
        Receive,
        Flush,
    }

    public override string Name => "kcp";

    public override string Property =>
        "no packet makes a session throw, hold more than its windows, go back, or send anything but whole segments";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        byte mode = choices.Byte();
        _options = ReadOptions(ref choices, mode);
        _counters = new SnmpCounters();
        _pool = new PacketPool(new MemoryBudget((mode & 64) != 0 ? Slab : MemoryBudget.DefaultLimitBytes));
        _session = new KcpSession(_options, _pool, _counters);
        _output = new PacketList(Conversation, _session.Mtu);
        _now = choices.UInt32();
        _widestWindow = KcpOptions.DefaultWindow;
        for (int step = 0; step < MaxSteps && !choices.IsEmpty; step++)
        {
            (uint una, uint next, long segments) = (_session.SendUna, _session.ReceiveNext, _counters.InSegs);
            Apply(ref choices);
            _output.Packets.Clear();
            FuzzFailure.Unless(SequenceNumber.Difference(_session.SendUna, una) >= 0, "una went back");
            FuzzFailure.Unless(SequenceNumber.Difference(_session.ReceiveNext, next) >= 0, "rcv_nxt went back");
            FuzzFailure.Unless(_counters.InSegs >= segments, "a counter went down");
            CheckBounds();
        }

        _session.Release();
        FuzzFailure.Unless(_pool.Outstanding == 0, $"{_pool.Outstanding} slots are not given back");
    }

    internal static KcpOptions ReadOptions(ref FuzzInput choices, byte mode)
    {
        byte tuning = choices.Byte();
        return new KcpOptions
        {
            Conversation = Conversation,
            Dialect = (mode & 1) != 0 ? KcpDialect.Release2021 : KcpDialect.Release2026,
            StreamMode = (mode & 2) == 0,
            NoDelay = (mode >> 2) & 1,
            CongestionControl = (mode & 8) != 0,
            InitialSequence = (mode & 16) != 0 ? uint.MaxValue - 20 : 0,
            Interval = 10 * (1 + (tuning & 7)),
            Resend = (tuning >> 3) & 3,
            Mtu = KcpOptions.MinimumMtu + (choices.Byte() * 6),
            SendWindow = 1 + choices.Below(64),
            ReceiveWindow = 1 + choices.Below(64),
        };
    }

    private void Apply(ref FuzzInput choices)
    {
        byte choice = choices.Byte();
        bool isRegular = (choice & 0x10) == 0;
        switch ((Step)(choice & 7))
        {
            case Step.Packet:
                Input(choices.Block(), isRegular, (choice & 0x20) != 0);
                break;
            case Step.Segment:
                Input(ReadSegment(ref choices), isRegular, (choice & 0x20) != 0);
                break;
            case Step.Push:
                Input(Segment(KcpHeader.Push, _session.ReceiveNext + (uint)(choice >> 6), ref choices), isRegular, true);
                break;
            case Step.Ack:
                Input(Segment(KcpHeader.Ack, _session.SendUna + (uint)(choice >> 6), ref choices), isRegular, true);
                break;
            case Step.Time:
                _now += (uint)choices.Byte() << (choice >> 6 << 2);
                _session.HandleTimer(_now, _output);
                break;
            case Step.Send:
                Send(choices.UInt16() % _sent.Length);
                break;
            case Step.Receive:
                Receive(choice >> 3);
                break;
            default:
                FuzzFailure.Unless(_session.Flush(_now, _output) >= 0, "the next flush lies in the past");
                break;
        }
    }

    private void Input(ReadOnlySpan<byte> packet, bool isRegular, bool ackNoDelay)
    {
        KcpInputResult result = _session.Input(packet, isRegular, ackNoDelay, _now, _output);
        FuzzFailure.Unless(
            (result == KcpInputResult.TooShort) == (packet.Length < KcpHeader.Length), $"{packet.Length} bytes: {result}");
        _widestWindow = Math.Max(_widestWindow, _session.RemoteWindow);
    }

    /// <summary>Some segments with every field near where it matters.</summary>
    private byte[] ReadSegment(ref FuzzInput choices)
    {
        byte[] payload = new byte[choices.Below(200)];
        var header = new KcpHeader(
            Conversation,
            (byte)(KcpHeader.Push + (choices.Byte() & 7)),
            choices.Byte(),
            choices.UInt16(),
            unchecked(_now - choices.UInt16()),
            unchecked(_session.ReceiveNext + (uint)(sbyte)choices.Byte()),
            unchecked(_session.SendUna + (uint)(sbyte)choices.Byte()),
            (uint)(payload.Length + (sbyte)(choices.Byte() & 0x81)));
        byte[] packet = new byte[KcpHeader.Length + payload.Length];
        header.Write(packet);
        return packet;
    }

    /// <summary>A segment in order, as a peer that behaves would send it.</summary>
    private byte[] Segment(byte command, uint sequenceNumber, ref FuzzInput choices)
    {
        int length = command == KcpHeader.Push ? choices.Below(128) : 0;
        byte[] packet = new byte[KcpHeader.Length + length];
        new KcpHeader(
            Conversation, command, 0, choices.Byte(), _now, sequenceNumber, _session.SendUna, (uint)length).Write(packet);
        return packet;
    }

    private void Send(int length)
    {
        int most = _options.StreamMode ? length : Math.Min(length, KcpSession.MaximumFragments * _session.Mss);
        if (!_session.CanSend)
            return;
        long before = _counters.BytesSent;
        bool isQueued = _session.TrySend(_sent.AsSpan(0, most));
        FuzzFailure.Unless(_counters.BytesSent == before + (isQueued ? most : 0), "bytes sent do not add up");
        _session.RequestFlush();
        _session.Settle(false, _now, _output);
    }

    private void Receive(int most)
    {
        for (int i = 0; i <= most && _session.PeekLength() is var length and > 0; i++)
        {
            FuzzFailure.Unless(_session.Receive(_message.AsSpan(0, length - 1)) == -1, "a buffer too small was used");
            long before = _counters.BytesReceived;
            FuzzFailure.Unless(_session.Receive(_message) == length, "a message is not as long as announced");
            FuzzFailure.Unless(_counters.BytesReceived == before + length, "bytes received do not add up");
        }
    }

    private void CheckBounds()
    {
        // The window begins behind what is unread, so a peer that ignores what it is told fills it twice.
        int held = _session.ReceiveBufferCount + _session.ReceiveQueueCount;
        FuzzFailure.Unless(
            Math.Max(_session.ReceiveBufferCount, _session.ReceiveQueueCount) <= _options.ReceiveWindow,
            $"{_session.ReceiveBufferCount} early and {_session.ReceiveQueueCount} unread segments");
        int inFlight = SequenceNumber.Difference(_session.SendNext, _session.SendUna);
        FuzzFailure.Unless(
            inFlight >= 0 && inFlight <= Math.Min(_options.SendWindow, _widestWindow), $"{inFlight} segments in flight");
        FuzzFailure.Unless(_pool.Outstanding <= held + _session.WaitSend + 1, $"{_pool.Outstanding} slots are held");
        FuzzFailure.Unless(_session.RtoMs is >= 30 and <= 60_000, $"an RTO of {_session.RtoMs} ms");
        if (_session.TryGetDeadline(_now, out uint deadline) && _session.ProbeWaitMs == 0)
        {
            int wait = SequenceNumber.Difference(deadline, _now);
            FuzzFailure.Unless(wait <= _options.Interval, $"the timer sleeps {wait} ms although there is work");
        }
    }
}
