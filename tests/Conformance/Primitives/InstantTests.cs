using KcpTun.Primitives;

namespace KcpTun.Conformance.Primitives;

[Parallelizable(ParallelScope.All)]
public sealed class InstantTests
{
    [Test]
    public void Text_has_milliseconds_and_their_thousandths()
    {
        Instant.FromMilliseconds(1234).AddMicroseconds(56).ToString().ShouldBe("1234.056ms");
        Instant.Never.ToString().ShouldBe("never");
    }

    [Test]
    public void Order_is_that_of_time()
    {
        Instant early = Instant.FromMilliseconds(1);
        Instant late = early.AddMicroseconds(1);
        (early < late, early <= late, late > early, late >= early).ShouldBe((true, true, true, true));
        (late < early, late <= early, early > late, early >= late).ShouldBe((false, false, false, false));
        Instant same = early;
        (early <= same, early < same, early >= same, early > same).ShouldBe((true, false, true, false));
        early.CompareTo(late).ShouldBeLessThan(0);
        (late - early).ShouldBe(1);
    }

    [Test]
    public void A_pool_in_use_keeps_its_memory()
    {
        var budget = new MemoryBudget(MemoryBudget.DefaultLimitBytes);
        var pool = new PacketPool(budget);
        pool.TryRent(out PacketSlot slot).ShouldBeTrue();
        slot.Span[0] = 17;
        pool.Trim();
        pool.TryRent(out PacketSlot other).ShouldBeTrue();
        other.Span[0] = 18;
        slot.Span[0].ShouldBe((byte)17);
        pool.Return(slot);
        pool.Return(other);
        pool.Trim();
        pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void A_pool_gives_back_what_nothing_is_rented_of()
    {
        const int SlabBytes = PacketPool.SlotSize * PacketPool.SlotsPerSlab;
        var budget = new MemoryBudget(2 * SlabBytes);
        var pool = new PacketPool(budget);
        PacketSlot[] slots = [.. Enumerable.Range(0, 2 * PacketPool.SlotsPerSlab).Select(_ => Rent())];
        budget.TryReserve(1).ShouldBeFalse();
        foreach (PacketSlot slot in slots[1..])
            pool.Return(slot);
        pool.Trim();
        budget.TryReserve(SlabBytes).ShouldBeTrue("one slab is free");
        budget.TryReserve(1).ShouldBeFalse("the other is in use");
        PacketSlot[] rest = [.. Enumerable.Range(1, PacketPool.SlotsPerSlab - 1).Select(_ => Rent())];
        rest.ShouldAllBe(slot => slot.Slab == slots[0].Slab);
        rest.Append(slots[0]).Select(slot => slot.Offset).ShouldBeUnique();

        PacketSlot Rent()
        {
            pool.TryRent(out PacketSlot slot).ShouldBeTrue();
            return slot;
        }
    }
}
