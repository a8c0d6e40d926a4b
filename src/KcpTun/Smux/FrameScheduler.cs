using KcpTun.Primitives;

namespace KcpTun.Smux;

/// <summary>A frame that waits for its turn. <paramref name="Sequence"/> orders the frames of one class.</summary>
internal readonly record struct FrameToken(uint StreamId, FrameClass Class, uint Sequence);

/// <summary>
/// Decides whose frame is sent next (PROTOCOL e.5): streams take turns, one frame a turn; within a stream control
/// goes before data, within a class the smallest sequence number first. A stream that gets its first frame joins
/// behind everyone who waits, and so does a stream that has had its turn and has frames left: nobody starves.
/// Push and pop take constant time however many streams there are.
/// </summary>
internal sealed class FrameScheduler
{
    private const int InitialTokens = 16;

    private Slot[] _slots = new Slot[InitialTokens];
    private int _used;
    private int _freeSlot = TokenList.None;
    private FrameQueue? _first;
    private FrameQueue? _last;

    /// <summary>Frames that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Queues a frame; its stream enters the ring unless it is in it already.</summary>
    public void Push(FrameQueue queue, FrameClass frameClass, uint sequence)
    {
        bool isNew = queue.IsEmpty;
        if (frameClass == FrameClass.Control)
            Insert(ref queue.Control, sequence);
        else
            Insert(ref queue.Data, sequence);
        Count++;
        if (isNew)
            Append(queue);
    }

    /// <summary>Takes the next frame; false when none waits.</summary>
    public bool TryPop(out FrameQueue queue, out FrameToken token)
    {
        if (_first is null)
        {
            queue = null!;
            token = default;
            return false;
        }

        queue = _first;
        _first = queue.Next;
        queue.Next = null;
        token = queue.Control.IsEmpty
            ? new FrameToken(queue.StreamId, FrameClass.Data, RemoveHead(ref queue.Data))
            : new FrameToken(queue.StreamId, FrameClass.Control, RemoveHead(ref queue.Control));
        Count--;
        if (!queue.IsEmpty)
            Append(queue);
        return true;
    }

    private void Append(FrameQueue queue)
    {
        if (_first is null)
            _first = queue;
        else
            _last!.Next = queue;
        _last = queue;
    }

    /// <summary>Sequence numbers nearly always grow, so the search from the head is the exception.</summary>
    private void Insert(ref TokenList list, uint sequence)
    {
        int slot = Rent(sequence);
        if (list.IsEmpty)
        {
            list = new TokenList(slot, slot);
        }
        else if (!IsBefore(sequence, list.Tail))
        {
            _slots[list.Tail].Next = slot;
            list.Tail = slot;
        }
        else if (IsBefore(sequence, list.Head))
        {
            _slots[slot].Next = list.Head;
            list.Head = slot;
        }
        else
        {
            int previous = list.Head;
            while (!IsBefore(sequence, _slots[previous].Next))
                previous = _slots[previous].Next;
            _slots[slot].Next = _slots[previous].Next;
            _slots[previous].Next = slot;
        }
    }

    private bool IsBefore(uint sequence, int slot) =>
        SequenceNumber.Difference(sequence, _slots[slot].Sequence) < 0;

    private uint RemoveHead(ref TokenList list)
    {
        int head = list.Head;
        int next = _slots[head].Next;
        list = next == TokenList.None ? TokenList.Empty : list with { Head = next };
        uint sequence = _slots[head].Sequence;
        _slots[head].Next = _freeSlot;
        _freeSlot = head;
        return sequence;
    }

    private int Rent(uint sequence)
    {
        int slot = _freeSlot;
        if (slot != TokenList.None)
        {
            _freeSlot = _slots[slot].Next;
        }
        else
        {
            if (_used == _slots.Length)
                Array.Resize(ref _slots, _used * 2);
            slot = _used++;
        }

        _slots[slot] = new Slot(sequence, TokenList.None);
        return slot;
    }

    private record struct Slot(uint Sequence, int Next);
}
