using System.Diagnostics;
using System.Numerics;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <summary>
/// Everything sent and not passed by the peer's una (snd_buf), followed by everything not yet numbered (snd_queue).
/// Queued segments get consecutive numbers, so both are one ring indexed by sequence number, and admitting segments
/// to the window only moves <see cref="Next"/>.
/// </summary>
/// <remarks>
/// The fields that scans over the window read are arrays of their own; index them with <see cref="IndexOf"/>.
/// Acknowledged segments stay until una passes them (PROTOCOL c.4), but their payload slot is returned at once.
/// </remarks>
internal sealed partial class SendBuffer(PacketPool pool, uint initialSequence, uint fastResend)
{
    /// <summary>Value of <see cref="FastAcks"/> that rules out fast retransmission until the next timeout.</summary>
    public const uint FastAckDisarmed = uint.MaxValue;

    private const int InitialCapacity = 32;

    private PacketSlot[] _slots = [];
    private ushort[] _lengths = [];
    private byte[] _fragments = [];
    private int _acknowledged;

    /// <summary>Time of the last transmission; 0 before the first.</summary>
    public uint[] SentAt { get; private set; } = [];

    /// <summary>When the retransmission timer of a transmitted segment expires.</summary>
    public uint[] ResendAt { get; private set; } = [];

    /// <summary>The segment's own timeout, ms.</summary>
    public uint[] Rto { get; private set; } = [];

    /// <summary>How often a later segment was acknowledged, or <see cref="FastAckDisarmed"/>.</summary>
    public uint[] FastAcks { get; private set; } = [];

    /// <summary>All bits set once the peer has acknowledged the segment, else 0.</summary>
    public uint[] Acknowledged { get; private set; } = [];

    /// <summary>First segment held (snd_una); equals <see cref="Next"/> when nothing is in flight.</summary>
    public uint Una { get; private set; } = initialSequence;

    /// <summary>First numbered segment that no flush has seen; transmission starts here for new data.</summary>
    public uint FirstUnsent { get; private set; } = initialSequence;

    /// <summary>First segment not yet admitted to the window (snd_nxt).</summary>
    public uint Next { get; private set; } = initialSequence;

    /// <summary>One past the last queued segment.</summary>
    public uint End { get; private set; } = initialSequence;

    /// <summary>Size of the ring.</summary>
    public int Capacity => Acknowledged.Length;

    public int InFlight => (int)(Next - Una);

    public int Queued => (int)(End - Next);

    /// <summary>
    /// The peer has acknowledged all in flight and una has passed none of it: nothing is left to be retransmitted whose
    /// answer would tell that una has moved.
    /// </summary>
    public bool AwaitsOnlyUna => Una != Next && _acknowledged == InFlight;

    public int Count => (int)(End - Una);

    public int IndexOf(uint sequenceNumber) => (int)(sequenceNumber & (uint)(Acknowledged.Length - 1));

    public ReadOnlySpan<byte> Payload(int index) => _slots[index].Span[.._lengths[index]];

    public byte Fragment(int index) => _fragments[index];

    /// <summary>Bytes that the last queued segment could still take; 0 when nothing is queued.</summary>
    public int TailRoom(int mss) => Queued == 0 ? 0 : mss - _lengths[IndexOf(End - 1)];

    /// <summary>Tops up the queued segment that has <paramref name="later"/> segments behind it.</summary>
    public void TopUp(int later, ReadOnlySpan<byte> data)
    {
        int index = IndexOf(End - 1 - (uint)later);
        data.CopyTo(_slots[index].Span[_lengths[index]..]);
        _lengths[index] += (ushort)data.Length;
    }

    /// <summary>Queues one segment; false, and nothing queued, when the pool refuses.</summary>
    public bool TryAppend(ReadOnlySpan<byte> data, byte fragment)
    {
        if (!pool.TryRent(out PacketSlot slot))
            return false;
        if (Count == Acknowledged.Length)
            Grow();
        data.CopyTo(slot.Span);
        int index = IndexOf(End++);
        _slots[index] = slot;
        _lengths[index] = (ushort)data.Length;
        _fragments[index] = fragment;
        SentAt[index] = 0;
        FastAcks[index] = 0;
        Acknowledged[index] = 0;
        return true;
    }

    /// <summary>Takes back the last <paramref name="count"/> queued segments.</summary>
    public void RemoveTail(int count)
    {
        Debug.Assert(count <= Queued, "numbered segments cannot be taken back");
        for (; count > 0; count--)
            ReturnSlot(IndexOf(--End));
    }

    /// <summary>Numbers queued segments up to a window of <paramref name="window"/> segments.</summary>
    /// <returns>How many.</returns>
    public int Admit(uint window)
    {
        long room = (long)window - InFlight;
        int admitted = (int)Math.Clamp(room, 0, Queued);
        Next += (uint)admitted;
        return admitted;
    }

    /// <summary>A full flush has dealt with every numbered segment.</summary>
    public void MarkSent() => FirstUnsent = Next;

    /// <summary>Drops every numbered segment before <paramref name="una"/>.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RemoveBefore(uint una)
    {
        if (Una == Next || SequenceNumber.Difference(una, Una) <= 0)
            return false;
        while (Una != Next && SequenceNumber.Difference(una, Una) > 0)
        {
            if (!ReturnSlot(IndexOf(Una++)))
                _acknowledged--;
        }

        if (SequenceNumber.Difference(Una, FirstUnsent) > 0)
            FirstUnsent = Una;
        return true;
    }

    /// <summary>Whether <paramref name="sequenceNumber"/> is in snd_buf.</summary>
    public bool Contains(uint sequenceNumber) =>
        SequenceNumber.Difference(sequenceNumber, Una) >= 0 && SequenceNumber.Difference(sequenceNumber, Next) < 0;

    /// <summary>Marks a segment of snd_buf as acknowledged.</summary>
    public void Acknowledge(uint sequenceNumber)
    {
        int index = IndexOf(sequenceNumber);
        Acknowledged[index] = uint.MaxValue;
        if (ReturnSlot(index))
            _acknowledged++;
    }

    /// <summary>Returns all payload and empties the buffer.</summary>
    public void Clear()
    {
        while (Una != End)
            ReturnSlot(IndexOf(Una++));
        Next = End;
        FirstUnsent = End;
        _acknowledged = 0;
    }

    /// <returns>False for a segment that has been acknowledged: its slot is back already.</returns>
    private bool ReturnSlot(int index)
    {
        if (_slots[index].IsEmpty)
            return false;
        pool.Return(_slots[index]);
        _slots[index] = default;
        return true;
    }

    private void Grow()
    {
        int oldSize = Acknowledged.Length;
        int newSize = Math.Max(InitialCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)oldSize + 1));
        _slots = Regrow(_slots, newSize);
        _lengths = Regrow(_lengths, newSize);
        _fragments = Regrow(_fragments, newSize);
        SentAt = Regrow(SentAt, newSize);
        ResendAt = Regrow(ResendAt, newSize);
        Rto = Regrow(Rto, newSize);
        FastAcks = Regrow(FastAcks, newSize);
        Acknowledged = Regrow(Acknowledged, newSize);
    }

    private T[] Regrow<T>(T[] old, int size)
    {
        var grown = new T[size];
        for (uint sn = Una; sn != End; sn++)
            grown[sn & (uint)(size - 1)] = old[sn & (uint)(old.Length - 1)];
        return grown;
    }
}
