using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

public sealed class RedundancyTests
{
    [TestCase(0, 1)]
    [TestCase(1, 2)]
    [TestCase(10, 3)]
    [TestCase(30, 5)]
    [TestCase(90, Redundancy.MostTransmissions)]
    public void As_many_transmissions_as_leave_one_in_four_hundred_lost(int lossPercent, int expected)
    {
        int loss = 65536 * lossPercent / 100;
        Redundancy.Transmissions(loss, loss).ShouldBe(expected);
    }

    [Test]
    public void Losses_in_runs_take_as_many_transmissions_as_there_may_be()
    {
        Redundancy.Transmissions(65536 / 10, 65536 * 8 / 10).ShouldBe(Redundancy.MostTransmissions);
    }

    [TestCase(1, 24)]
    [TestCase(4, 24)]
    [TestCase(8, 12)]
    [TestCase(1000, Redundancy.MostTransmissions)]
    public void Few_segments_share_the_transmissions_that_end_a_run_of_losses(int together, int expected) =>
        new Redundancy(AutoParameters.Default).TransmissionsOutOfRun(together).ShouldBe(expected);

    [Test]
    public void Copies_leave_in_the_order_in_which_they_are_due()
    {
        var redundancy = new Redundancy(AutoParameters.Default);
        redundancy.TryQueue(1, 100, 30).ShouldBeTrue();
        redundancy.TryQueue(2, 100, 10).ShouldBeTrue();
        redundancy.TryQueue(3, 100, 20).ShouldBeTrue();
        redundancy.TryTake(9, out _).ShouldBeFalse();
        foreach (uint expected in new uint[] { 2, 3, 1 })
        {
            redundancy.TryTake(30, out uint sequenceNumber).ShouldBeTrue();
            sequenceNumber.ShouldBe(expected);
        }

        redundancy.Count.ShouldBe(0);
    }

    [TestCase(false, 8)]
    [TestCase(true, 2)]
    public void Copies_of_ten_seconds_stay_within_the_budget(bool isPlentiful, int part)
    {
        const long Rate = 1_000_000;
        var redundancy = new Redundancy(AutoParameters.Default);
        long bytes = 0;
        for (uint now = 0; now < 10_000; now++)
        {
            redundancy.Refill(Rate, isPlentiful, now);
            if (redundancy.TryQueue(now, 1400, now))
                bytes += 1400;
            redundancy.TryTake(now, out _);
        }

        // The part of the rate, and what may be spent at once.
        bytes.ShouldBeInRange(Rate / part * 9, (Rate / part * 10) + (Rate / part / 2) + 32_000);
    }

    [Test]
    public void No_more_copies_wait_than_there_is_room_for()
    {
        var redundancy = new Redundancy(AutoParameters.Default);
        int queued = 0;
        while (queued < 10_000 && redundancy.TryQueue((uint)queued, 1, 1))
            queued++;
        queued.ShouldBe(256);
    }
}
