using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

public sealed class PacerTests
{
    [TestCase(100_000L)]
    [TestCase(2_500_000L)]
    [TestCase(100_000_000L)]
    public void What_leaves_in_a_second_is_the_rate_and_one_burst(long rate)
    {
        const int Packet = 1400;
        var pacer = new Pacer();
        long sent = 0;
        for (uint now = 1; now <= 1000; now++)
        {
            pacer.Refill(rate, Pacer.MinimumBurst, now);
            while (pacer.Credit > 0)
            {
                pacer.Spend(Packet);
                sent += Packet;
            }
        }

        long burst = Math.Max(rate * Pacer.BurstMilliseconds / 1000, Pacer.MinimumBurst);
        sent.ShouldBeInRange(rate - Packet, rate + burst + Packet);
    }

    [Test]
    public void The_wait_ends_when_something_may_leave()
    {
        var pacer = new Pacer();
        pacer.Refill(1_000_000, Pacer.MinimumBurst, 1);
        pacer.Spend((int)pacer.Credit + 5000);
        uint wait = pacer.Wait(1_000_000);
        wait.ShouldBe(6u);
        pacer.Refill(1_000_000, Pacer.MinimumBurst, 1 + wait);
        pacer.Credit.ShouldBePositive();
    }

    /// <summary>Timers of a busy machine are late; what is late by no more than the limit loses nothing.</summary>
    [TestCase(1u)]
    [TestCase(4u)]
    [TestCase((uint)Pacer.MostLateness)]
    public void Who_waits_for_the_rate_gets_all_of_it(uint every)
    {
        const long Rate = 50_000_000;
        var pacer = new Pacer();
        long sent = 0;
        for (uint now = every; now <= 1000; now += every)
        {
            pacer.Refill(Rate, Pacer.MinimumBurst, now);
            while (pacer.Credit > 0)
            {
                pacer.Spend(1400);
                sent += 1400;
            }
        }

        sent.ShouldBeInRange(Rate - (Rate / 50), Rate + (Rate / 50));
    }

    [Test]
    public void A_pause_earns_no_more_than_one_burst()
    {
        const int Burst = 84_000;
        var pacer = new Pacer();
        pacer.Refill(1_000_000, Burst, 1);
        pacer.Refill(1_000_000, Burst, 5000);
        pacer.Credit.ShouldBe(Burst);
    }
}
