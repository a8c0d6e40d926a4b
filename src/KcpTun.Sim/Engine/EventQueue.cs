namespace KcpTun.Sim.Engine;

/// <summary>
/// Events in a total order: by time, and at one time in the order they were queued (or, shuffled, by lot). A 4-ary
/// heap: half the depth of a binary one, and four children share a cache line or two.
/// </summary>
internal sealed class EventQueue
{
    private const int Arity = 4;

    private Entry[] _heap = new Entry[64];
    private long _order;

    public int Count { get; private set; }

    /// <summary>The earliest event's time; <see cref="SimTime.Never"/> when there is none.</summary>
    public long NextTime => Count == 0 ? SimTime.Never : _heap[0].Time;

    /// <summary>Decides the order of events at one time; null keeps that of queueing.</summary>
    public RandomStream? Ties { get; set; }

    public void Enqueue(long time, SimEvent simEvent)
    {
        if (Count == _heap.Length)
            Array.Resize(ref _heap, Count * 2);
        long order = _order++;
        if (Ties is { } ties)
            order = (long)(ties.At(order) >> 1);
        SiftUp(Count++, new Entry(time, order, simEvent));
    }

    public SimEvent Dequeue()
    {
        SimEvent first = _heap[0].Event;
        Entry last = _heap[--Count];
        _heap[Count] = default;
        if (Count > 0)
            SiftDown(last);
        return first;
    }

    private void SiftUp(int index, in Entry entry)
    {
        while (index > 0)
        {
            int parent = (index - 1) / Arity;
            if (_heap[parent].IsBefore(entry))
                break;
            _heap[index] = _heap[parent];
            index = parent;
        }

        _heap[index] = entry;
    }

    private void SiftDown(in Entry entry)
    {
        int index = 0;
        while (true)
        {
            int first = (index * Arity) + 1;
            if (first >= Count)
                break;
            int least = first;
            int end = Math.Min(first + Arity, Count);
            for (int child = first + 1; child < end; child++)
            {
                if (_heap[child].IsBefore(_heap[least]))
                    least = child;
            }

            if (entry.IsBefore(_heap[least]))
                break;
            _heap[index] = _heap[least];
            index = least;
        }

        _heap[index] = entry;
    }

    private readonly record struct Entry(long Time, long Order, SimEvent Event)
    {
        public bool IsBefore(in Entry other) => Time < other.Time || (Time == other.Time && Order < other.Order);
    }
}
