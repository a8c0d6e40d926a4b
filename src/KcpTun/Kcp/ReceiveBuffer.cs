using System.Numerics;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <summary>
/// Segments received in order and unread (rcv_queue), followed by those that arrived early (rcv_buf): one ring
/// indexed by sequence number. Moving a segment from one to the other only advances <see cref="Next"/>.
/// </summary>
/// <remarks>
/// One slot is held back as long as anything is stored. It goes to the segment at <see cref="Next"/> when the pool is
/// exhausted: early segments cannot be dropped (they are acknowledged), so without it a session whose early segments
/// hold the last memory could never receive the one that frees it.
/// </remarks>
internal sealed class ReceiveBuffer(PacketPool pool, int window, uint initialSequence)
{
    private const int InitialCapacity = 32;

    private PacketSlot[] _slots = [];
    private ushort[] _lengths = [];
    private byte[] _fragments = [];
    private bool[] _present = [];
    private PacketSlot _reserve;
    private uint _head = initialSequence;

    /// <summary>Next sequence number expected in order (rcv_nxt).</summary>
    public uint Next { get; private set; } = initialSequence;

    /// <summary>Segments in order and unread.</summary>
    public int QueueCount => (int)(Next - _head);

    /// <summary>Segments that arrived early.</summary>
    public int EarlyCount { get; private set; }

    public bool IsQueueFull => QueueCount >= window;

    /// <summary>Free window to advertise; segments that arrived early do not count.</summary>
    public int FreeWindow => Math.Max(0, window - QueueCount);

    /// <summary>Whether a number inside the window is held already.</summary>
    public bool Contains(uint sequenceNumber) =>
        sequenceNumber - _head < (uint)_present.Length && _present[IndexOf(sequenceNumber)];

    /// <summary>Stores a segment inside the window not held yet; false when there is no memory for it.</summary>
    public bool TryStore(uint sequenceNumber, byte fragment, ReadOnlySpan<byte> payload)
    {
        PacketSlot slot = default;
        if (payload.Length > 0 && !TryRent(sequenceNumber, out slot))
            return false;
        EnsureCapacity(sequenceNumber - _head + 1);
        payload.CopyTo(payload.Length > 0 ? slot.Span : default);
        int index = IndexOf(sequenceNumber);
        _slots[index] = slot;
        _lengths[index] = (ushort)payload.Length;
        _fragments[index] = fragment;
        _present[index] = true;
        EarlyCount++;
        return true;
    }

    /// <summary>Moves consecutive early segments into the queue while it has room.</summary>
    public void Advance()
    {
        while (EarlyCount > 0 && !IsQueueFull && _present[IndexOf(Next)])
        {
            Next++;
            EarlyCount--;
        }
    }

    public int QueuedLength(int position) => _lengths[IndexOf(_head + (uint)position)];

    public byte QueuedFragment(int position) => _fragments[IndexOf(_head + (uint)position)];

    /// <summary>The payload at the head of the queue, which is not empty.</summary>
    public ReadOnlySpan<byte> Head
    {
        get
        {
            int index = IndexOf(_head);
            int length = _lengths[index];
            return length > 0 ? _slots[index].Span[..length] : default;
        }
    }

    /// <summary>Copies the payload at the head of the queue and removes the segment.</summary>
    /// <returns>Bytes copied.</returns>
    public int Dequeue(Span<byte> destination)
    {
        Head.CopyTo(destination);
        return RemoveHead();
    }

    /// <summary>Removes the segment at the head of the queue.</summary>
    /// <returns>Bytes it had.</returns>
    public int RemoveHead()
    {
        int index = IndexOf(_head);
        int length = _lengths[index];
        Free(index);
        _head++;
        if (QueueCount == 0 && EarlyCount == 0)
            ReturnReserve();
        return length;
    }

    /// <summary>Returns all payload and empties the buffer.</summary>
    public void Clear()
    {
        for (int index = 0; index < _present.Length; index++)
            Free(index);
        _head = Next;
        EarlyCount = 0;
        ReturnReserve();
    }

    private int IndexOf(uint sequenceNumber) => (int)(sequenceNumber & (uint)(_present.Length - 1));

    private bool TryRent(uint sequenceNumber, out PacketSlot slot)
    {
        if (_reserve.IsEmpty && !pool.TryRent(out _reserve))
        {
            slot = default;
            return false;
        }

        if (pool.TryRent(out slot))
            return true;
        if (sequenceNumber != Next)
            return false;
        slot = _reserve;
        _reserve = default;
        return true;
    }

    private void Free(int index)
    {
        _present[index] = false;
        PacketSlot slot = _slots[index];
        _slots[index] = default;
        if (slot.IsEmpty)
            return;
        if (_reserve.IsEmpty)
            _reserve = slot;
        else
            pool.Return(slot);
    }

    private void ReturnReserve()
    {
        if (_reserve.IsEmpty)
            return;
        pool.Return(_reserve);
        _reserve = default;
    }

    private void EnsureCapacity(uint needed)
    {
        if (needed <= (uint)_present.Length)
            return;
        int oldSize = _present.Length;
        int size = Math.Max(InitialCapacity, (int)BitOperations.RoundUpToPowerOf2(needed));
        _slots = Regrow(_slots, size);
        _lengths = Regrow(_lengths, size);
        _fragments = Regrow(_fragments, size);
        _present = Regrow(_present, size);
        return;

        T[] Regrow<T>(T[] old, int newSize)
        {
            var grown = new T[newSize];
            for (int i = 0; i < oldSize; i++)
            {
                uint sn = _head + (uint)i;
                grown[sn & (uint)(newSize - 1)] = old[sn & (uint)(oldSize - 1)];
            }

            return grown;
        }
    }
}
