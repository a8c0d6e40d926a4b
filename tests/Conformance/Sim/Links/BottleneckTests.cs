using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

/// <summary>Capacity and queues, computed by hand.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class BottleneckTests
{
    [Test]
    public void Datagrams_leave_one_transmission_time_apart()
    {
        // 972 + 28 bytes at 1 Mbit/s are 8 ms; the third one comes when the line is idle again.
        LinkRun run = new LinkRun("rate=1mbit delay=5").Send(0, 972, count: 2).Send(20, 472).Finish();
        run.ArrivalTimes.ShouldBe([13m, 21m, 29m]);
        run.Arrivals.Select(arrival => arrival.QueuedFor / SimTime.Millisecond).ShouldBe([0, 8, 0]);
    }

    [Test]
    public void Fractions_of_a_nanosecond_are_not_lost()
    {
        // One byte at 3 bit/s takes 8/3 s: three of them take eight seconds to the nanosecond.
        LinkRun run = new LinkRun("rate=3bit overhead=0 queue=100p").Send(0, 1, count: 6).Finish();
        run.Arrivals.Select(arrival => arrival.Time).ShouldBe(
            [2_666_666_666, 5_333_333_333, 8_000_000_000, 10_666_666_666, 13_333_333_333, 16_000_000_000]);
    }

    [Test]
    public void The_overhead_can_be_chosen() =>
        new LinkRun("rate=1mbit overhead=0").Send(0, 1000).Finish().ArrivalTimes.ShouldBe([8m]);

    [Test]
    public void A_queue_in_packets_holds_so_many_beside_the_one_in_transmission() =>
        new LinkRun("rate=1mbit queue=2p").Send(0, count: 5).Finish()
            .LostOrdinals(DropReason.QueueFull).ShouldBe([3, 4]);

    [Test]
    public void A_queue_in_bytes_counts_the_overhead() =>
        new LinkRun("rate=1mbit queue=2000B").Send(0, 972, count: 4).Send(0, 971).Finish()
            .LostOrdinals(DropReason.QueueFull).ShouldBe([3, 4]);

    [Test]
    public void A_small_datagram_may_still_fit() =>
        new LinkRun("rate=1mbit queue=2000B").Send(0, 972, count: 2).Send(0, 973).Send(0, 972).Finish()
            .LostOrdinals(DropReason.QueueFull).ShouldBe([2]);

    [Test]
    public void A_queue_in_time_limits_the_wait()
    {
        // 8 ms each: at 0 the fourth would wait 24 ms; at 3 the wait for three is 21 ms.
        LinkRun run = new LinkRun("rate=1mbit queue=21ms").Send(0, 972, count: 4).Send(2.9m, 972).Send(3, 972).Finish();
        run.LostOrdinals(DropReason.QueueFull).ShouldBe([3, 4]);
        run.Arrivals.Max(arrival => arrival.QueuedFor).ShouldBe(21 * SimTime.Millisecond);
    }

    [Test]
    public void By_default_a_rate_queues_for_a_tenth_of_a_second()
    {
        LinkRun run = new LinkRun("rate=1mbit").Send(0, 972, count: 100).Finish();
        run.Arrivals.Count.ShouldBe(13);
        run.Arrivals.Max(arrival => arrival.QueuedFor).ShouldBe(96 * SimTime.Millisecond);
    }

    [Test]
    public void What_is_lost_has_used_capacity() =>
        new LinkRun("rate=1mbit drop=1").Send(0, 972, count: 2).Finish().ArrivalTimes.ShouldBe([16m]);

    [Test]
    public void A_policer_passes_a_burst_and_then_its_rate()
    {
        // The bucket holds 3000 bytes; 1 Mbit/s are 125 bytes per ms.
        LinkRun run = new LinkRun("police=1mbit,burst=3000B").Send(0, 972, count: 4).Send(7.9m, 972).Send(8, 972)
            .Send(8, 972).Finish();
        run.LostOrdinals(DropReason.Policer).ShouldBe([3, 4, 6]);
        run.ArrivalTimes.ShouldBe([0m, 0m, 0m, 8m]);
    }

    [Test]
    public void The_bucket_does_not_overflow() =>
        new LinkRun("police=1mbit,burst=1000B").Send(100_000, 972, count: 2).Finish()
            .LostOrdinals(DropReason.Policer).ShouldBe([1]);

    [Test]
    public void A_trace_delivers_at_its_opportunities()
    {
        // Long datagrams take an opportunity each, and the rest of it with them; 900 bytes are left to nobody.
        LinkRun run = Traced("5\n7\n7\n20\n", "queue=100p").Send(0, 1476, count: 5).Finish();
        run.ArrivalTimes.ShouldBe([5m, 7m, 7m, 20m, 25m]);
    }

    [Test]
    public void Short_datagrams_share_an_opportunity_and_long_ones_need_more()
    {
        // 528 + 528 bytes leave 448 of 1504; the third takes them and 80 bytes of the next opportunity.
        Traced("5\n10\n", "").Send(0, 500, count: 3).Finish().ArrivalTimes.ShouldBe([5m, 5m, 10m]);
        Traced("5\n10\n15\n", "overhead=0").Send(0, 2000).Send(0, 1008).Send(0, 1).Finish()
            .ArrivalTimes.ShouldBe([10m, 10m, 15m]);
    }

    [Test]
    public void Unused_opportunities_are_lost()
    {
        LinkRun run = Traced("5\n10\n", "").Send(7, 100).Send(10.001m, 100).Send(34.5m, 100).Finish();
        run.ArrivalTimes.ShouldBe([10m, 15m, 35m]);
    }

    [Test]
    public void A_trace_that_begins_at_its_end_has_both_opportunities() =>
        Traced("0\n10\n", "").Send(3, 1476, count: 3).Finish().ArrivalTimes.ShouldBe([10m, 10m, 20m]);

    [Test]
    public void A_queue_in_time_looks_ahead_in_the_trace()
    {
        LinkRun run = Traced("5\n10\n50\n", "queue=40ms").Send(0, 1476, count: 5).Finish();
        run.ArrivalTimes.ShouldBe([5m, 10m, 50m]);
    }

    private static LinkRun Traced(string trace, string settings)
    {
        DeliveryTrace parsed = DeliveryTrace.TryParse("test", trace.Split('\n'), out _)!;
        return new LinkRun(LinkRun.Parse(settings.StartsWith("queue", StringComparison.Ordinal)
            ? $"rate=1mbit {settings}"
            : settings).Up with { Rate = 0, Trace = parsed });
    }
}
