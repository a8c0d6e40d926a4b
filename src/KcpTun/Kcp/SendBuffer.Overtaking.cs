using System.Numerics;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>Counting acks of later segments, the basis of fast retransmission (PROTOCOL c.4).</content>
/// <remarks>
/// The rule: an ack (sn, ts) overtakes every segment of snd_buf before sn that was sent no later than ts,
/// acknowledged or not. Acks come many to a packet, so they are collected and applied in one pass over the window.
/// That is exact: additions commute, whether a count has reached the threshold shows at the end, and segments that una
/// removes in between ask for the same flush by being removed.
/// </remarks>
internal sealed partial class SendBuffer
{
    private const int MaximumBatch = 64;

    /// <summary>
    /// A segment's time is clearly before or after a batch when it is within this distance, ms; whatever is farther
    /// off, where differences wrap, takes the literal path.
    /// </summary>
    private const uint ClearDistance = 1u << 30;

    private readonly uint[] _ackNumbers = new uint[MaximumBatch];
    private readonly uint[] _ackTimestamps = new uint[MaximumBatch];
    private readonly uint _fastResend = fastResend;
    private int _ackCount;
    private OvertakingResult _overtaking;

    /// <summary>Notes an ack of a segment of snd_buf.</summary>
    public void NoteAck(uint sequenceNumber, uint timestamp)
    {
        if (_ackCount == MaximumBatch)
            ApplyAcks();
        _ackNumbers[_ackCount] = sequenceNumber;
        _ackTimestamps[_ackCount] = timestamp;
        _ackCount++;
    }

    /// <summary>Counts the acks noted so far, and reports on all since the last call.</summary>
    public OvertakingResult TakeOvertaking()
    {
        ApplyAcks();
        OvertakingResult result = _overtaking;
        _overtaking = default;
        return result;
    }

    private void ApplyAcks()
    {
        if (_ackCount == 0)
            return;
        var batch = new AckBatch(_ackNumbers.AsSpan(0, _ackCount), _ackTimestamps.AsSpan(0, _ackCount), Una);
        _ackCount = 0;
        for (int position = 0; position < batch.End;)
        {
            int index = IndexOf(Una + (uint)position);
            int run = Math.Min(batch.End - position, Capacity - index);
            CountRun(in batch, position, index, run);
            position += run;
        }
    }

    private void CountRun(in AckBatch batch, int position, int index, int count)
    {
        Span<Vector<uint>> fastAcks = Vectors(FastAcks, index, count);
        ReadOnlySpan<Vector<uint>> sentAt = Vectors(SentAt, index, count)[..fastAcks.Length];
        ReadOnlySpan<Vector<uint>> acknowledged = Vectors(Acknowledged, index, count)[..fastAcks.Length];
        var disarmed = new Vector<uint>(FastAckDisarmed);
        var limit = new Vector<uint>(_fastResend);
        Vector<uint> reached = Vector<uint>.Zero;
        Vector<uint> unacknowledged = Vector<uint>.Zero;
        for (int i = 0; i < fastAcks.Length; i++)
        {
            Vector<uint> old = fastAcks[i];
            Vector<uint> added = Vector.AndNot(
                batch.Overtakings(position + (i * Vector<uint>.Count), sentAt[i]), Vector.Equals(old, disarmed));
            fastAcks[i] = old + added;
            Vector<uint> unchanged = Vector.Equals(added, Vector<uint>.Zero);
            reached |= Vector.AndNot(Vector.GreaterThanOrEqual(old + added, limit), unchanged);
            unacknowledged |= ~(acknowledged[i] | unchanged);
        }

        _overtaking.AnyReached |= reached != Vector<uint>.Zero;
        _overtaking.AnyUnacknowledged |= unacknowledged != Vector<uint>.Zero;
        for (int i = fastAcks.Length * Vector<uint>.Count; i < count; i++)
            CountOne(batch.Overtakings(position + i, SentAt[index + i]), index + i);
    }

    private void CountOne(uint added, int index)
    {
        if (added == 0 || FastAcks[index] == FastAckDisarmed)
            return;
        FastAcks[index] += added;
        _overtaking.AnyReached |= FastAcks[index] >= _fastResend;
        _overtaking.AnyUnacknowledged |= Acknowledged[index] == 0;
    }

    /// <summary>Acks with what makes them quick to compare with a segment.</summary>
    private readonly ref struct AckBatch
    {
        private readonly ReadOnlySpan<uint> _numbers;
        private readonly ReadOnlySpan<uint> _timestamps;
        private readonly uint _una;
        private readonly int _first;
        private readonly uint _earliest;
        private readonly uint _latest;

        public AckBatch(ReadOnlySpan<uint> numbers, ReadOnlySpan<uint> timestamps, uint una)
        {
            _numbers = numbers;
            _timestamps = timestamps;
            _una = una;
            _first = int.MaxValue;
            int lowest = 0;
            int highest = 0;
            for (int i = 0; i < numbers.Length; i++)
            {
                int position = (int)(numbers[i] - una);
                _first = Math.Min(_first, position);
                End = Math.Max(End, position);
                int offset = SequenceNumber.Difference(timestamps[i], timestamps[0]);
                lowest = Math.Min(lowest, offset);
                highest = Math.Max(highest, offset);
            }

            _earliest = timestamps[0] + (uint)lowest;
            _latest = timestamps[0] + (uint)highest;
            // Timestamps that are that far apart have no order: no segment is clear of them.
            if ((uint)highest - (uint)lowest >= ClearDistance)
                _first = 0;
        }

        /// <summary>Positions, counted from una, from here on are before no ack.</summary>
        public int End { get; }

        /// <summary>How many of the acks overtake each of the segments from a position on.</summary>
        public Vector<uint> Overtakings(int position, Vector<uint> sentAt)
        {
            if (position + Vector<uint>.Count <= _first)
            {
                var distance = new Vector<uint>(ClearDistance);
                Vector<uint> isBefore = Vector.LessThan(new Vector<uint>(_earliest) - sentAt, distance);
                Vector<uint> isAfter = Vector.LessThan(sentAt - new Vector<uint>(_latest + 1), distance);
                if (Vector.EqualsAll(isBefore | isAfter, Vector<uint>.AllBitsSet))
                    return isBefore & new Vector<uint>((uint)_numbers.Length);
            }

            Vector<uint> count = Vector<uint>.Zero;
            Vector<int> positions = Vector<int>.Indices + new Vector<int>(position);
            for (int i = 0; i < _numbers.Length; i++)
            {
                Vector<int> isEarlier = Vector.LessThan(positions, new Vector<int>((int)(_numbers[i] - _una)));
                Vector<int> lead = (sentAt - new Vector<uint>(_timestamps[i])).As<uint, int>();
                // A true lane is all ones, that is −1.
                count -= (isEarlier & Vector.LessThanOrEqual(lead, Vector<int>.Zero)).As<int, uint>();
            }

            return count;
        }

        /// <inheritdoc cref="Overtakings(int, Vector{uint})"/>
        public uint Overtakings(int position, uint sentAt)
        {
            uint count = 0;
            for (int i = 0; i < _numbers.Length; i++)
            {
                bool isEarlier = position < (int)(_numbers[i] - _una);
                if (isEarlier && SequenceNumber.Difference(sentAt, _timestamps[i]) <= 0)
                    count++;
            }

            return count;
        }
    }
}

/// <summary>What counting overtaking acks has changed.</summary>
internal struct OvertakingResult
{
    /// <summary>A segment, acknowledged or not, was counted and has reached the fast-retransmit threshold.</summary>
    public bool AnyReached;

    /// <summary>A segment still waiting for its acknowledgement was counted.</summary>
    public bool AnyUnacknowledged;
}
