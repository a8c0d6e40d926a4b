using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

public sealed class FairShareTests
{
    private FairShare _share;

    [SetUp]
    public void Begin() => _share = new FairShare(AutoParameters.Default);

    [Test]
    public void Without_a_queue_nothing_limits()
    {
        _share.OnRate(1000);
        _share.OnRound();
        _share.OnQueue(false);
        _share.OnCycle();
        _share.Limit.ShouldBe(long.MaxValue);
    }

    [Test]
    public void A_queue_holds_the_rate_to_what_arrived_lately()
    {
        _share.OnRate(9000);
        _share.OnRound();
        _share.OnRate(1000);
        _share.OnRound();
        _share.OnRate(800);
        _share.OnQueue(true);
        _share.Limit.ShouldBe(990);
    }

    [Test]
    public void A_queue_before_anything_is_known_limits_nothing()
    {
        _share.OnQueue(true);
        _share.Limit.ShouldBe(long.MaxValue);
    }

    [Test]
    public void What_arrives_while_the_queue_stands_changes_nothing()
    {
        _share.OnRate(1000);
        _share.OnQueue(true);
        _share.OnRate(5000);
        _share.OnQueue(true);
        _share.Limit.ShouldBe(990);
    }

    [Test]
    public void A_whole_cycle_without_a_queue_sets_free()
    {
        _share.OnRate(1000);
        _share.OnQueue(true);
        _share.OnQueue(false);
        _share.OnCycle();
        _share.Limit.ShouldBe(990);
        _share.OnCycle();
        _share.Limit.ShouldBe(long.MaxValue);
    }
}
