using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

[Parallelizable(ParallelScope.All)]
public sealed class FecGroupTests
{
    [Test]
    public void A_group_that_was_cleared_is_as_new()
    {
        PacketPool pool = FecVectors.NewPool();
        var group = new FecGroup();
        group.Open(3, 5);
        group.TryStore(1, new byte[30], pool).ShouldBeTrue();
        group.TryStore(4, new byte[40], pool).ShouldBeTrue();
        (group.Count, group.Extent, group.LongestRegion, group.CountMissing(3)).ShouldBe((2, 5, 40, 2));
        group.Clear(pool);
        (group.Count, group.Extent, group.LongestRegion, group.CountMissing(3)).ShouldBe((0, 0, 0, 3));
        (group.IsOpen, group.Contains(1), group.Contains(4), pool.Outstanding).ShouldBe((true, false, false, 0));
        group.Close(pool);
        group.IsOpen.ShouldBeFalse();
    }
}
