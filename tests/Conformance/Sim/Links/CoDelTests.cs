using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

/// <summary>RFC 8289 traced by hand: datagrams of exactly 10 ms, target 5 ms, interval 100 ms.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CoDelTests
{
    private const string Settings = "rate=1mbit overhead=0 queue=1000p aqm=codel";
    private const int TenMilliseconds = 1250;

    /// <remarks>
    /// At 10 ms the wait is above target for the first time, so the first drop is due at 110 ms. The next ones follow
    /// at 210, 280.711, 338.446, 388.446, 433.167 and 473.992 ms: each 100 ms over the root of 1, 2, 3, 4, 5, 6 later.
    /// At 510 ms only one datagram is left in the queue, and dropping ends.
    /// </remarks>
    [Test]
    public void A_standing_queue_is_dropped_by_the_control_law()
    {
        LinkRun run = new LinkRun(Settings).Send(0, TenMilliseconds, count: 60).Finish();
        run.LostOrdinals(DropReason.CoDel).ShouldBe([11, 22, 31, 37, 43, 49, 54]);
        run.Losses.Select(loss => loss.Time / 1_000_000).ShouldBe([110, 210, 290, 340, 390, 440, 480]);
        run.ArrivalTimes.Last().ShouldBe(530m);
    }

    /// <remarks>
    /// Dropping ended at a count of 7, begun at 1: it resumes with 6, so the second drop comes 40.825 ms after the
    /// first one at 710 ms, and the third one 37.796 ms after that.
    /// </remarks>
    [Test]
    public void Dropping_resumes_where_it_was()
    {
        LinkRun run = new LinkRun(Settings).Send(0, TenMilliseconds, count: 60)
            .Send(600, TenMilliseconds, count: 40).Finish();
        run.LostOrdinals(DropReason.CoDel).Where(ordinal => ordinal >= 60).Take(3).ShouldBe([71, 77, 81]);
    }

    [Test]
    public void Long_after_it_begins_anew()
    {
        LinkRun run = new LinkRun(Settings).Send(0, TenMilliseconds, count: 60)
            .Send(3000, TenMilliseconds, count: 40).Finish();
        run.LostOrdinals(DropReason.CoDel).Where(ordinal => ordinal >= 60).Take(2).ShouldBe([71, 82]);
    }

    [Test]
    public void A_short_burst_is_none_of_its_business() =>
        new LinkRun(Settings).Send(0, TenMilliseconds, count: 11).Finish().Losses.ShouldBeEmpty();

    [Test]
    public void Its_times_can_be_chosen() =>
        new LinkRun("rate=1mbit overhead=0 queue=1000p aqm=codel,target=20ms,interval=50ms")
            .Send(0, TenMilliseconds, count: 30).Finish()
            .Losses[0].ShouldBe(new LinkRun.Loss(7, DropReason.CoDel, 70_000_000));

    [Test]
    public void The_queue_keeps_its_limit() =>
        new LinkRun("rate=1mbit overhead=0 queue=5p aqm=codel").Send(0, TenMilliseconds, count: 10).Finish()
            .LostOrdinals(DropReason.QueueFull).ShouldBe([6, 7, 8, 9]);
}
