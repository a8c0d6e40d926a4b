namespace KcpTun.Primitives;

/// <summary>A rented slot of a <see cref="PacketPool"/>; it has exactly one owner, who returns it once.</summary>
public readonly record struct PacketSlot(byte[] Slab, int Offset)
{
    public bool IsEmpty => Slab is null;

    public Span<byte> Span => Slab.AsSpan(Offset, PacketPool.SlotSize);
}

/// <summary>
/// Fixed-size packet memory cut from slabs, for one driver (not thread-safe). Slabs count against the process-wide
/// <see cref="MemoryBudget"/>.
/// </summary>
public sealed class PacketPool(MemoryBudget budget)
{
    /// <summary>Bytes of a slot: the largest datagram (1500) fits, and slots stay cache-line aligned.</summary>
    public const int SlotSize = 1536;

    /// <summary>Slots in a slab.</summary>
    public const int SlotsPerSlab = 64;

    private const int SlabSize = SlotSize * SlotsPerSlab;

    private readonly Stack<PacketSlot> _free = new();

    /// <summary>Slots rented and not yet returned.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Rents a slot with undefined content; false when the budget is exhausted.</summary>
    public bool TryRent(out PacketSlot slot)
    {
        if (_free.Count == 0 && !TryGrow())
        {
            slot = default;
            return false;
        }

        slot = _free.Pop();
        Outstanding++;
        return true;
    }

    /// <summary>Gives a rented slot back. Each slot exactly once.</summary>
    public void Return(PacketSlot slot)
    {
        Outstanding--;
        _free.Push(slot);
    }

    /// <summary>
    /// Gives the slabs of which nothing is rented back to the runtime: the driver calls it when it goes idle.
    /// </summary>
    public void Trim()
    {
        var free = new Dictionary<byte[], int>();
        foreach (PacketSlot slot in _free)
            free[slot.Slab] = free.GetValueOrDefault(slot.Slab) + 1;
        PacketSlot[] kept = [.. _free.Where(slot => free[slot.Slab] < SlotsPerSlab)];
        _free.Clear();
        foreach (PacketSlot slot in kept)
            _free.Push(slot);
        _free.TrimExcess();
        int given = free.Values.Count(count => count == SlotsPerSlab);
        budget.Release((long)given * SlabSize);
    }

    private bool TryGrow()
    {
        if (!budget.TryReserve(SlabSize))
            return false;
        byte[] slab = GC.AllocateUninitializedArray<byte>(SlabSize);
        for (int i = SlotsPerSlab - 1; i >= 0; i--)
            _free.Push(new PacketSlot(slab, i * SlotSize));
        return true;
    }
}
