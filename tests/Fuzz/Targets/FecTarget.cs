using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: the shape the peer uses, the shape the decoder believes in, how it trusts, then what the path does with the
/// peer's packets, one byte each, and packets nobody sent. Payloads are made of their number.
/// </summary>
internal sealed class FecTarget : FuzzTarget
{
    private const int MaxSteps = 600;
    private const int MaxPayload = 40;

    private FecDecoder _decoder = null!;
    private PacketPool _pool = null!;
    private bool _isHonest;
    private bool _isExact;

    private enum Step
    {
        Deliver,
        Lose,
        Hold,
        Release,
        Repeat,
        Raw,
        Forge,
        Pause,
    }

    public override string Name => "fec";

    public override string Property =>
        "no packet makes the decoder throw or hold more than five groups; from an honest peer of any shape it recovers "
        + "only what was sent, and with the right shape all that it can";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        int data = 1 + choices.Below(20);
        int parity = 1 + choices.Below(10);
        byte mode = choices.Byte();
        var counters = new SnmpCounters();
        _pool = new PacketPool(new MemoryBudget((mode & 8) != 0 ? 200_000 : MemoryBudget.DefaultLimitBytes));
        _isHonest = (mode & 4) != 0;
        bool isSameShape = (mode & 16) != 0;
        int otherData = isSameShape ? data : 1 + choices.Below(20);
        int otherParity = isSameShape ? parity : 1 + choices.Below(10);
        _decoder = (mode & 3) switch
        {
            0 => new FecDecoder(counters, _pool),
            1 => new FecDecoder(otherData, otherParity, counters, _pool, FecTrust.Blind),
            _ => new FecDecoder(otherData, otherParity, counters, _pool),
        };

        // A blind decoder of another shape may invent packets until it is contradicted; that is why it is optional.
        bool mayInvent = (mode & 3) == 1 && !isSameShape;
        _isExact = _isHonest && isSameShape && (mode & (3 | 8)) == 1;
        uint groups = FecHeader.SequenceLimit(data + parity) / (uint)(data + parity);
        uint start = (mode & 32) != 0 ? (groups - 2) * (uint)(data + parity) : 0;
        var sender = new Sender(new FecEncoder(data, parity, FecHeader.MaxPacketLength, firstSequence: start));
        var path = new Path(data, (packet, group) => Deliver(packet, sender, group, mayInvent));
        for (int step = 0; step < MaxSteps && !choices.IsEmpty; step++)
            Apply(ref choices, sender, path);
        _decoder.Release();
        FuzzFailure.Unless(_pool.Outstanding == 0, $"{_pool.Outstanding} slots are not given back");
        FuzzFailure.Unless(counters.FecRecovered >= 0 && counters.FecErrs >= 0, "a counter went down");
    }

    private void Apply(ref FuzzInput choices, Sender sender, Path path)
    {
        byte choice = choices.Byte();
        switch ((Step)(choice & 7))
        {
            case Step.Deliver:
                for (int i = 0; i <= choice >> 4; i++)
                    path.Deliver(sender.Next());
                break;
            case Step.Lose:
                path.Lose(sender.Next());
                break;
            case Step.Hold when !_isExact:
                path.Hold(sender.Next());
                break;
            case Step.Release:
                path.ReleaseHeld(choice >> 3);
                break;
            case Step.Repeat when !_isExact:
                path.Repeat(choice >> 3);
                break;
            case Step.Raw when !_isHonest:
                Check(choices.Block(), null);
                break;
            case Step.Forge when !_isHonest:
                Forge(ref choices, sender.Sequence);
                break;
            case Step.Pause:
                sender.Pause(100 << (choice >> 6));
                break;
        }
    }

    /// <summary>A packet like the peer's, near the sequence numbers of the moment.</summary>
    private void Forge(ref FuzzInput choices, uint near)
    {
        byte[] packet = new byte[FecHeader.Length + choices.Below(64)];
        int offset = (sbyte)choices.Byte();
        FecHeader.Write(packet, unchecked(near + (uint)offset), choices.Bit() ? FecHeader.DataType : FecHeader.ParityType);
        choices.Take(packet.Length - FecHeader.RegionOffset).CopyTo(packet.AsSpan(FecHeader.RegionOffset));
        Check(packet, null);
    }

    private void Deliver(byte[] packet, Sender sender, Group? group, bool mayInvent)
    {
        int recovered = Check(packet, _isHonest && !mayInvent ? sender : null);
        if (_isExact && group is { } expected)
            FuzzFailure.Unless(recovered == expected.Lost, $"{recovered} of {expected.Lost} lost packets recovered");
    }

    private int Check(ReadOnlySpan<byte> packet, Sender? sender)
    {
        int recovered = _decoder.Decode(packet);
        FuzzFailure.Unless(recovered == _decoder.RecoveredCount, "two counts of what was recovered");
        for (int i = 0; i < recovered; i++)
        {
            ReadOnlySpan<byte> payload = _decoder.Recovered(i);
            FuzzFailure.Unless(
                payload.Length <= FecHeader.MaxPacketLength - FecHeader.Length, $"{payload.Length} bytes recovered");
            FuzzFailure.Unless(sender?.HasSent(payload) != false, "a packet was recovered that nobody sent");
        }

        int groups = FecDecoder.MaxOpenGroups * (_decoder.DataShards + _decoder.ParityShards);
        FuzzFailure.Unless(_pool.Outstanding <= groups, $"{_pool.Outstanding} packets held");
        return recovered;
    }

    /// <summary>The packet that completes a group, and what the group lacks.</summary>
    private readonly record struct Group(int Lost);

    /// <summary>An honest peer.</summary>
    private sealed class Sender(FecEncoder encoder)
    {
        private readonly Queue<byte[]> _ready = new();
        private readonly HashSet<string> _sent = [];
        private Instant _now = Instant.Zero;
        private uint _number;

        public uint Sequence => encoder.NextSequence;

        public void Pause(int milliseconds) => _now = _now.AddMilliseconds(milliseconds);

        public bool HasSent(ReadOnlySpan<byte> payload) => _sent.Contains(Convert.ToHexString(payload));

        public byte[] Next()
        {
            if (_ready.TryDequeue(out byte[]? waiting))
                return waiting;
            uint number = _number++;
            byte[] packet = new byte[FecHeader.Length + sizeof(uint) + (int)(number * 7 % MaxPayload)];
            BitConverter.TryWriteBytes(packet.AsSpan(FecHeader.Length), number);
            packet.AsSpan(FecHeader.Length + sizeof(uint)).Fill((byte)(number * 37));
            _sent.Add(Convert.ToHexString(packet.AsSpan(FecHeader.Length)));
            int parity = encoder.Encode(packet, _now);
            for (int i = 0; i < parity; i++)
            {
                byte[] room = new byte[FecHeader.MaxPacketLength];
                _ready.Enqueue(room[..encoder.WriteParity(i, room)]);
            }

            return packet;
        }
    }

    /// <summary>What lies between: loss, delay and repetition.</summary>
    private sealed class Path(int dataShards, Action<byte[], Group?> deliver)
    {
        private const int MaxHeld = 32;

        private readonly List<byte[]> _held = [];
        private readonly List<byte[]> _past = [];
        private int _position;
        private int _arrived;
        private int _lostData;

        public void Deliver(byte[] packet)
        {
            Group? group = null;
            Advance(packet);
            _arrived++;
            if (_arrived == dataShards)
                group = new Group(_lostData);
            Pass(packet, _arrived <= dataShards ? group ?? new Group(0) : null);
        }

        public void Lose(byte[] packet)
        {
            Advance(packet);
            if (FecHeader.ReadType(packet) == FecHeader.DataType)
                _lostData++;
        }

        public void Hold(byte[] packet)
        {
            if (_held.Count < MaxHeld)
                _held.Add(packet);
        }

        public void ReleaseHeld(int index)
        {
            if (_held.Count == 0)
                return;
            index %= _held.Count;
            byte[] packet = _held[index];
            _held.RemoveAt(index);
            Pass(packet, null);
        }

        public void Repeat(int back)
        {
            if (back < _past.Count)
                Pass(_past[^(back + 1)], null);
        }

        private void Pass(byte[] packet, Group? group)
        {
            _past.Add(packet);
            deliver(packet, group);
        }

        /// <summary>Counts along the groups, of which the first data packet after other packets begins one.</summary>
        private void Advance(byte[] packet)
        {
            bool isData = FecHeader.ReadType(packet) == FecHeader.DataType;
            if (isData && _position++ % dataShards == 0)
                (_arrived, _lostData) = (0, 0);
        }
    }
}
