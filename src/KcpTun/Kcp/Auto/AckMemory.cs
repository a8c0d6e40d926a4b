using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// Acknowledgements of segments that arrived early, to be sent again: KCP's are sent once, and one that gets lost makes
/// the peer repeat the whole segment. Only for a peer in mode auto: others count every repetition as a sign of loss.
/// </summary>
internal sealed class AckMemory
{
    /// <summary>Times an acknowledgement is repeated, at most.</summary>
    private const int MostRepetitions = 2;

    /// <summary>Share of acknowledgements, in 1/65536, that may still get lost with all repetitions: 1 in
    /// 200.</summary>
    private const int Residual = 65536 / 200;

    /// <summary>Acknowledgements remembered, the latest ones.</summary>
    private const int Capacity = 512;

    private readonly Entry[] _entries = new Entry[Capacity];
    private int _start;
    private int _count;

    public int Count => _count;

    /// <summary>Repetitions after which no more than the residual share is lost.</summary>
    /// <param name="loss">Share of packets that get lost, in 1/65536.</param>
    public static int Repetitions(int loss)
    {
        int count = 0;
        for (long remaining = loss; remaining > Residual && count < MostRepetitions; count++)
            remaining = remaining * loss / 65536;
        return count;
    }

    public void Add(uint sequenceNumber, uint timestamp, int repetitions)
    {
        if (repetitions == 0)
            return;
        if (_count == Capacity)
            Drop();
        _entries[(_start + _count++) % Capacity] = new Entry(sequenceNumber, timestamp, repetitions);
    }

    /// <summary>The next to repeat, oldest first, of the <paramref name="limit"/> that were there before.</summary>
    /// <param name="una">What is before it needs no acknowledgement of its own.</param>
    /// <param name="limit">Counts down.</param>
    /// <param name="entry">Its segment and time.</param>
    public bool TryTake(uint una, ref int limit, out AckList.Entry entry)
    {
        while (limit-- > 0 && _count > 0)
        {
            Entry head = _entries[_start];
            Drop();
            if (SequenceNumber.Difference(head.SequenceNumber, una) < 0)
                continue;
            if (head.Left > 1)
                _entries[(_start + _count++) % Capacity] = head with { Left = head.Left - 1 };
            entry = new AckList.Entry(head.SequenceNumber, head.Timestamp);
            return true;
        }

        entry = default;
        return false;
    }

    private void Drop()
    {
        _start = (_start + 1) % Capacity;
        _count--;
    }

    private readonly record struct Entry(uint SequenceNumber, uint Timestamp, int Left);
}
