using System.Numerics;
using System.Runtime.CompilerServices;

namespace KcpTun.Kcp.Auto;

/// <summary>Where a numbered segment is.</summary>
internal enum SegmentState : byte
{
    /// <summary>Not in the log: not sent yet, or acknowledged.</summary>
    Settled,

    /// <summary>Its latest transmission may still arrive.</summary>
    InFlight,

    /// <summary>Every transmission is taken for lost, and it waits for the next one.</summary>
    Lost,
}

/// <summary>What is known about the transmissions of one segment.</summary>
internal struct SegmentRecord
{
    /// <summary>Time of the first transmission, ms.</summary>
    public uint FirstAt;

    /// <summary>Time of the latest transmission, ms.</summary>
    public uint LastAt;

    /// <summary>Number of the latest transmission in the order of all transmissions of the session.</summary>
    public uint Order;

    /// <summary>Transmissions since it was first sent or last found lost: one and its copies.</summary>
    public int Volley;

    /// <summary>Time of the volley's first transmission, ms.</summary>
    public uint VolleyAt;

    /// <summary>Times of the volley's transmissions after <see cref="VolleyAt"/>, ms.</summary>
    public VolleyTimes Offsets;

    /// <summary>How often it was found lost.</summary>
    public int Losses;

    /// <summary>The volley that was found lost last had more than one transmission.</summary>
    public bool WasCopied;

    /// <summary>It got a copy because it had been overtaken.</summary>
    public bool IsSuspected;

    /// <summary>Bytes that a transmission takes in the path, headers included.</summary>
    public int Bytes;

    public SegmentState State;

    /// <summary>Among the last segments of what the application had written when it was first sent.</summary>
    public bool IsTail;

    /// <summary>What the path had delivered when it was last sent.</summary>
    public DeliverySnapshot Delivery;

    /// <summary>The neighbour that was sent before, or found lost before.</summary>
    public uint Previous;

    /// <summary>The neighbour that was sent later, or found lost later.</summary>
    public uint Next;
}

/// <summary>Times within a volley, ms.</summary>
[InlineArray(Redundancy.MostTransmissions)]
internal struct VolleyTimes
{
    private ushort _first;
}

/// <summary>
/// The segments in flight in the order of their latest transmissions, and the lost ones in the order in which that was
/// found: two lists threaded through one ring, so that detection touches only what it decides about (RFC 8985,
/// section 6.2, asks for this order).
/// </summary>
internal sealed class Flight
{
    private const int InitialCapacity = 64;

    private SegmentRecord[] _records = new SegmentRecord[InitialCapacity];
    private SegmentList _inFlight;
    private SegmentList _lost;

    /// <summary>Segments whose latest transmission may still arrive.</summary>
    public int InFlightCount => _inFlight.Count;

    public int LostCount => _lost.Count;

    /// <summary>Bytes of the segments in flight, each counted once.</summary>
    public long InFlightBytes { get; private set; }

    /// <summary>The segment whose latest transmission is the oldest; meaningful while any is in flight.</summary>
    public uint Oldest => _inFlight.Head;

    /// <summary>The segment sent last; meaningful while any is in flight.</summary>
    public uint Newest => _inFlight.Tail;

    /// <summary>The segment found lost first; meaningful while any is lost.</summary>
    public uint FirstLost => _lost.Head;

    public ref SegmentRecord this[uint sequenceNumber] => ref _records[IndexOf(sequenceNumber)];

    /// <summary>Makes room for the numbers from <paramref name="una"/> to before <paramref name="end"/>.</summary>
    public void EnsureCapacity(uint una, uint end)
    {
        uint needed = end - una;
        if (needed <= (uint)_records.Length)
            return;
        var grown = new SegmentRecord[(int)BitOperations.RoundUpToPowerOf2(needed)];
        for (uint sn = una; sn != end; sn++)
            grown[sn & (uint)(grown.Length - 1)] = this[sn];
        _records = grown;
    }

    /// <summary>A segment has been sent: it becomes the newest in flight.</summary>
    public void Sent(uint sequenceNumber)
    {
        Remove(sequenceNumber);
        ref SegmentRecord record = ref this[sequenceNumber];
        record.State = SegmentState.InFlight;
        InFlightBytes += record.Bytes;
        Append(ref _inFlight, sequenceNumber);
    }

    public void MarkLost(uint sequenceNumber)
    {
        Remove(sequenceNumber);
        ref SegmentRecord record = ref this[sequenceNumber];
        record.State = SegmentState.Lost;
        record.Losses++;
        Append(ref _lost, sequenceNumber);
    }

    /// <summary>The segment is delivered.</summary>
    public void Settle(uint sequenceNumber)
    {
        Remove(sequenceNumber);
        this[sequenceNumber].State = SegmentState.Settled;
    }

    private int IndexOf(uint sequenceNumber) => (int)(sequenceNumber & (uint)(_records.Length - 1));

    private void Remove(uint sequenceNumber)
    {
        ref SegmentRecord record = ref this[sequenceNumber];
        if (record.State == SegmentState.InFlight)
        {
            InFlightBytes -= record.Bytes;
            Unlink(ref _inFlight, in record);
        }
        else if (record.State == SegmentState.Lost)
        {
            Unlink(ref _lost, in record);
        }
    }

    private void Append(ref SegmentList list, uint sequenceNumber)
    {
        if (list.Count++ == 0)
        {
            list.Head = sequenceNumber;
        }
        else
        {
            this[list.Tail].Next = sequenceNumber;
            this[sequenceNumber].Previous = list.Tail;
        }

        list.Tail = sequenceNumber;
    }

    private void Unlink(ref SegmentList list, in SegmentRecord record)
    {
        bool isHead = this[list.Head].Order == record.Order;
        bool isTail = this[list.Tail].Order == record.Order;
        if (isHead)
            list.Head = record.Next;
        else
            this[record.Previous].Next = record.Next;
        if (isTail)
            list.Tail = record.Previous;
        else
            this[record.Next].Previous = record.Previous;
        list.Count--;
    }

    private struct SegmentList
    {
        public uint Head;
        public uint Tail;
        public int Count;
    }
}
