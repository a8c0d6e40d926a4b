using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

/// <summary>How many copies, and from which budget.</summary>
public sealed class RedundancyTests
{
    [Test]
    public void A_path_that_loses_nothing_needs_no_copy() => Redundancy.Transmissions(0, 0).ShouldBe(1);

    [Test]
    public void A_tenth_lost_by_chance_takes_three_transmissions() =>
        Redundancy.Transmissions(6553, 6553).ShouldBe(3);

    [Test]
    public void A_tenth_lost_in_runs_takes_as_many_as_there_may_be() =>
        Redundancy.Transmissions(6553, 52000).ShouldBe(Redundancy.MostTransmissions);

    [Test]
    public void Copies_leave_when_they_are_due_and_earliest_first()
    {
        var redundancy = new Redundancy();
        redundancy.TryQueue(7, 100, 20).ShouldBeTrue();
        redundancy.TryQueue(8, 100, 10).ShouldBeTrue();
        redundancy.TryTake(9, out _).ShouldBeFalse();
        redundancy.TryTake(10, out uint first).ShouldBeTrue();
        first.ShouldBe(8u);
        redundancy.TryTake(19, out _).ShouldBeFalse();
    }

    [Test]
    public void Copies_beyond_the_budget_are_refused() => new Redundancy().TryQueue(1, 40_000, 0).ShouldBeFalse();
}
