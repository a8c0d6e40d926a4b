using KcpTun.Primitives;

namespace KcpTun.Fec;

/// <summary>
/// The stored packets of one group, by their position in it. Reused for one group after the other; a closed one owns
/// no packet memory.
/// </summary>
internal sealed class FecGroup
{
    private PacketSlot[] _slots = [];
    private ReadOnlyMemory<byte>[] _regions = [];
    private int _shards;

    public bool IsOpen { get; private set; }

    /// <summary>Sequence number of its first packet divided by the size of a group.</summary>
    public uint Id { get; private set; }

    /// <summary>Packets stored.</summary>
    public int Count { get; private set; }

    /// <summary>Positions up to the last packet stored: its own plus 1.</summary>
    public int Extent { get; private set; }

    /// <summary>Bytes of the longest protected region stored.</summary>
    public int LongestRegion { get; private set; }

    /// <summary>The protected regions by position; those not stored are empty.</summary>
    public ReadOnlySpan<ReadOnlyMemory<byte>> Regions => _regions.AsSpan(0, _shards);

    /// <param name="id">Which group it will hold.</param>
    /// <param name="shards">Packets of a complete group, parity included.</param>
    public void Open(uint id, int shards)
    {
        if (_regions.Length < shards)
        {
            _regions = new ReadOnlyMemory<byte>[shards];
            _slots = new PacketSlot[shards];
        }

        _shards = shards;
        Id = id;
        IsOpen = true;
    }

    public bool Contains(int position) => !_regions[position].IsEmpty;

    /// <summary>How many of the data packets are not stored.</summary>
    public int CountMissing(int dataShards)
    {
        int missing = 0;
        foreach (ReadOnlyMemory<byte> region in Regions[..dataShards])
            missing += region.IsEmpty ? 1 : 0;
        return missing;
    }

    /// <summary>Keeps a copy of a region at a position that is free; false when there is no memory for it.</summary>
    public bool TryStore(int position, ReadOnlySpan<byte> region, PacketPool pool)
    {
        if (!pool.TryRent(out PacketSlot slot))
            return false;
        region.CopyTo(slot.Span);
        _slots[position] = slot;
        _regions[position] = new ReadOnlyMemory<byte>(slot.Slab, slot.Offset, region.Length);
        Extent = Math.Max(Extent, position + 1);
        LongestRegion = Math.Max(LongestRegion, region.Length);
        Count++;
        return true;
    }

    /// <summary>Forgets the packets; the group stays open.</summary>
    public void Clear(PacketPool pool)
    {
        for (int position = 0; position < _shards && Count > 0; position++)
        {
            if (_regions[position].IsEmpty)
                continue;
            pool.Return(_slots[position]);
            // What refers to a slab keeps it.
            _slots[position] = default;
            _regions[position] = default;
            Count--;
        }

        Extent = 0;
        LongestRegion = 0;
    }

    public void Close(PacketPool pool)
    {
        Clear(pool);
        IsOpen = false;
    }
}
