namespace KcpTun.Kcp;

/// <summary>Acknowledgements waiting for the next flush, in order of arrival.</summary>
internal sealed class AckList
{
    /// <summary>
    /// Most entries held. A peer that sends more between two flushes gets no ack for the rest and repeats itself.
    /// </summary>
    public const int Limit = 65536;

    private const int InitialCapacity = 64;

    private Entry[] _entries = [];

    public int Count { get; private set; }

    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, Count);

    public void Add(uint sequenceNumber, uint timestamp)
    {
        if (Count == Limit)
            return;
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Math.Max(InitialCapacity, Count * 2));
        _entries[Count++] = new Entry(sequenceNumber, timestamp);
    }

    public void Clear() => Count = 0;

    internal readonly record struct Entry(uint SequenceNumber, uint Timestamp);
}
