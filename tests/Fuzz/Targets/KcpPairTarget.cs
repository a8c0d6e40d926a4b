using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: the options of two sessions of either dialect, then steps: sends, reads, time, and what the path does with
/// each packet. At the end the path is good, and everything has to arrive.
/// </summary>
internal sealed class KcpPairTarget : FuzzTarget
{
    private const int MaxSteps = 300;
    private const int MaxHeld = 64;
    private const int RecoverySteps = 20_000;
    private const int PatientSteps = 2000;

    // With segments of a few bytes all that waits takes too many round trips.
    private const int SmallestMtu = 100;

    private uint _now;
    private List<(End To, byte[] Packet)> _held = [];

    private enum Step
    {
        Time,
        Send,
        Read,
        LoseNext,
        HoldNext,
        RepeatNext,
        Release,
        TimeLong,
    }

    public override string Name => "kcp-pair";

    public override string Property =>
        "whatever a path loses, repeats and reorders, the bytes sent are the bytes read; once it is good, all arrive";

    public override int MaxLength => 1024;

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        byte mode = choices.Byte();
        KcpOptions options = KcpTarget.ReadOptions(ref choices, mode) with { StreamMode = true };
        options = options with { Mtu = Math.Max(options.Mtu, SmallestMtu) };

        // Both ends start from the same numbers; everything else may differ.
        KcpOptions others = KcpTarget.ReadOptions(ref choices, choices.Byte()) with
        {
            StreamMode = true,
            InitialSequence = options.InitialSequence,
            Mtu = options.Mtu,
        };
        _now = (mode & 32) != 0 ? uint.MaxValue - 500 : 1000;
        _held = [];
        var a = new End(options);
        var b = new End(others);
        for (int step = 0; step < MaxSteps && !choices.IsEmpty; step++)
        {
            byte choice = choices.Byte();
            (End from, End to) = (choice & 8) == 0 ? (a, b) : (b, a);
            Apply((Step)(choice & 7), choice >> 4, from, to);
            Carry(a, b);
            Carry(b, a);
        }

        Finish(a, b);
    }

    private void Apply(Step step, int amount, End from, End to)
    {
        switch (step)
        {
            case Step.Time:
                Advance(1 + (uint)amount, from, to);
                break;
            case Step.TimeLong:
                Advance(20u << (amount & 7), from, to);
                break;
            case Step.Send:
                from.Send(1 + (amount * amount * 12), _now);
                break;
            case Step.Read:
                from.Read(1 + amount);
                break;
            case Step.Release:
                ReleaseHeld(amount);
                break;
            default:
                from.Fates.Enqueue((step, amount));
                break;
        }
    }

    private void Advance(uint milliseconds, params ReadOnlySpan<End> ends)
    {
        _now += milliseconds;
        foreach (End end in ends)
            end.Session.HandleTimer(_now, end.Output);
    }

    private void Carry(End from, End to)
    {
        foreach (byte[] packet in from.TakePackets())
        {
            (Step step, int _) = from.Fates.TryDequeue(out (Step, int) fate) ? fate : (Step.Release, 0);
            if (step == Step.HoldNext && _held.Count < MaxHeld)
                _held.Add((to, packet));
            else if (step != Step.LoseNext)
                to.Take(packet, _now);
            if (step == Step.RepeatNext)
                to.Take(packet, _now);
        }
    }

    /// <summary>
    /// Reads after every packet: a reader that lets a window of one segment fill loses all but one packet of a flush,
    /// and timeouts that grow with every loss then take very long.
    /// </summary>
    private void CarryAndRead(End from, End to)
    {
        foreach (byte[] packet in from.TakePackets())
        {
            to.Take(packet, _now);
            to.Read(int.MaxValue);
        }

        to.Read(int.MaxValue);
    }

    private void ReleaseHeld(int index)
    {
        if (_held.Count == 0)
            return;
        (End to, byte[] packet) = _held[index % _held.Count];
        _held.RemoveAt(index % _held.Count);
        to.Take(packet, _now);
    }

    private void Finish(End a, End b)
    {
        uint begin = _now;
        for (int i = 0; i < RecoverySteps && !(a.HasDelivered(b) && b.HasDelivered(a)); i++)
        {
            CarryAndRead(a, b);
            CarryAndRead(b, a);

            // A segment that was lost again and again has a timeout of minutes by now.
            uint wait = Math.Min(a.Wait(_now), b.Wait(_now));
            Advance(Math.Max(wait, i < PatientSteps ? 1u : 500u), a, b);
        }

        FuzzFailure.Unless(
            a.HasDelivered(b) && b.HasDelivered(a),
            $"bytes are still missing {_now - begin} ms after the path became good: {a}; {b}");
        a.Release();
        b.Release();
    }

    /// <summary>One end: sends a pattern and checks that it reads the other end's.</summary>
    private sealed class End
    {
        private readonly byte[] _buffer = new byte[4096];
        private readonly PacketPool _pool = new(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        private long _sent;
        private long _read;

        public End(KcpOptions options)
        {
            Session = new KcpSession(options, _pool, new SnmpCounters());
            Output = new PacketList(options.Conversation, Session.Mtu);
        }

        public KcpSession Session { get; }

        public PacketList Output { get; }

        /// <summary>What the path will do with the packets to come.</summary>
        public Queue<(Step, int)> Fates { get; } = new();

        /// <summary>Milliseconds until the session's timer; long if it has none.</summary>
        public uint Wait(uint now) => Session.TryGetDeadline(now, out uint due)
            ? (uint)Math.Max(0, SequenceNumber.Difference(due, now))
            : 1000;

        public bool HasDelivered(End to) => to._read == _sent;

        public override string ToString() =>
            $"sent {_sent}, read {_read}, una {Session.SendUna}, next {Session.SendNext}, waiting {Session.WaitSend}, "
            + $"RTO {Session.RtoMs} ms, peer's window {Session.RemoteWindow}, expects {Session.ReceiveNext}";

        public List<byte[]> TakePackets()
        {
            List<byte[]> packets = [.. Output.Packets];
            Output.Packets.Clear();
            return packets;
        }

        public void Take(byte[] packet, uint now)
        {
            KcpInputResult result = Session.Input(packet, true, false, now, Output);
            FuzzFailure.Unless(result == KcpInputResult.Ok, $"a packet of the other end is {result}");
        }

        public void Send(int length, uint now)
        {
            if (!Session.CanSend)
                return;
            Span<byte> data = _buffer.AsSpan(0, length);
            for (int i = 0; i < length; i++)
                data[i] = Pattern(_sent + i);
            FuzzFailure.Unless(Session.TrySend(data), "no memory for a few bytes");
            _sent += length;
            Session.RequestFlush();
            Session.Settle(false, now, Output);
        }

        public void Read(int times)
        {
            for (int i = 0; i < times && Session.Receive(_buffer) is var length and > 0; i++)
            {
                foreach (byte value in _buffer.AsSpan(0, length))
                    FuzzFailure.Unless(value == Pattern(_read++), $"byte {_read - 1} is wrong");
            }
        }

        public void Release()
        {
            Session.Release();
            FuzzFailure.Unless(_pool.Outstanding == 0, $"{_pool.Outstanding} slots are not given back");
        }

        private static byte Pattern(long place) => (byte)((place * 131) ^ (place >> 8));
    }
}
