using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

[Parallelizable(ParallelScope.All)]
public sealed class TimelineTests
{
    [Test]
    public void Each_entry_changes_what_it_names_from_its_time_on()
    {
        LinkRun run = new LinkRun("delay=1 loss=100 at=3s_loss=0 at=5s_delay=2 at=7s_loss=100")
            .SendMany(9, 1000).Finish();
        run.LostOrdinals(DropReason.Random).ShouldBe([0, 1, 2, 7, 8]);
        run.ArrivalTimes.ShouldBe([3001m, 4001m, 5002m, 6002m]);
    }

    [Test]
    public void Entries_may_come_in_any_order() =>
        new LinkRun("at=4s_loss=0 at=2s_loss=100").SendMany(6, 1000).Finish()
            .LostOrdinals(DropReason.Random).ShouldBe([2, 3]);

    [Test]
    public void A_datagram_in_transmission_keeps_its_rate()
    {
        // 1000 bytes: 80 ms at 100 kbit/s, 8 ms at 1 Mbit/s.
        LinkRun run = new LinkRun("rate=100kbit queue=10p at=100ms_rate=1mbit").Send(0, 972, count: 4).Finish();
        run.ArrivalTimes.ShouldBe([80m, 160m, 168m, 176m]);
    }

    [Test]
    public void A_bottleneck_can_appear() =>
        new LinkRun("at=1s_rate=1mbit").Send(0, 972, count: 2).Send(1000, 972, count: 2).Finish()
            .ArrivalTimes.ShouldBe([0m, 0m, 1008m, 1016m]);

    [Test]
    public void Healing_leaves_delay_and_capacity()
    {
        PathSpec path = LinkRun.Parse(
            "rtt=20 rate=1mbit queue=300p aqm=codel jitter=5 loss=50 ge=10 fade=good=1s,bad=1s,loss=50 drop=1 reorder=5"
            + " dup=10 corrupt=10 police=1mbit,burst=3KiB mtu=500 blackout=at=0s,for=9s rebind=1s,every=1s at=5s_heal");
        LinkSpec healed = path.Up.Timeline[0].Link;
        healed.ShouldBe(new LinkSpec
        {
            Delay = 10 * SimTime.Millisecond,
            Rate = 1_000_000,
            Queue = new QueueLimit(QueueUnit.Packets, 300),
            CoDel = path.Up.CoDel,
            Timeline = healed.Timeline,
        });
        path.Nat.RebindsBy(60 * SimTime.Second).ShouldBe(4);
    }

    [Test]
    public void What_heals_can_fall_ill_again() =>
        new LinkRun("loss=100 at=2s_heal at=4s_loss=100").SendMany(6, 1000).Finish()
            .LostOrdinals(DropReason.Random).ShouldBe([0, 1, 4, 5]);

    [Test]
    public void One_direction_can_change_alone()
    {
        PathSpec path = LinkRun.Parse("loss=10 at=1s_loss=down=90");
        path.Up.Timeline[0].Link.Loss.ShouldBe(Probability.FromPercent(10));
        path.Down.Timeline[0].Link.Loss.ShouldBe(Probability.FromPercent(90));
    }

    [Test]
    public void A_round_trip_that_changes_keeps_its_split() =>
        LinkRun.Parse("rtt=100 rtt-split=70/30 at=1s_rtt=200").Up.Timeline[0].Link.Delay
            .ShouldBe(140 * SimTime.Millisecond);

    [Test]
    public void Fades_that_begin_later_begin_with_a_good_spell()
    {
        LinkRun run = new LinkRun("at=10s_fade=good=1h,bad=1h,loss=100").SendMany(20, 1000).Finish();
        run.Losses.ShouldBeEmpty();
    }
}
