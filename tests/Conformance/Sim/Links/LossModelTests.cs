using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

/// <summary>Losses against their formulas, within four standard deviations.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class LossModelTests
{
    private const int Packets = 1_000_000;

    [TestCase(0.01)]
    [TestCase(1)]
    [TestCase(30)]
    [TestCase(99)]
    public void Random_loss_has_its_probability(double percent)
    {
        LinkRun run = Sent($"loss={percent}");
        double p = percent / 100;
        double deviation = Math.Sqrt(p * (1 - p) / Packets);
        (run.Losses.Count / (double)Packets).ShouldBe(p, 4 * deviation);
        run.Losses.ShouldAllBe(loss => loss.Reason == DropReason.Random);
    }

    [TestCase("loss=0", 0)]
    [TestCase("loss=100", Packets)]
    public void Nothing_and_everything_are_exact(string settings, int losses) =>
        Sent(settings).Losses.Count.ShouldBe(losses);

    [TestCase("ge=1,25", 0.01, 0.25)]
    [TestCase("ge=5,50", 0.05, 0.5)]
    [TestCase("burst-loss=5,burst=4", 0.25 * 0.05 / 0.95, 0.25)]
    public void Gilbert_Elliott_loses_p_over_p_plus_r_in_bursts_of_one_over_r(string settings, double p, double r)
    {
        bool[] isLost = Fates(Sent(settings));
        double mean = p / (p + r);
        double memory = 1 - p - r;
        double deviation = Math.Sqrt(mean * (1 - mean) * (1 + memory) / (1 - memory) / Packets);
        (isLost.Count(lost => lost) / (double)Packets).ShouldBe(mean, 4 * deviation);

        int bursts = isLost.Where((lost, i) => lost && (i == 0 || !isLost[i - 1])).Count();
        double burstDeviation = Math.Sqrt((1 - r) / (r * r) / bursts);
        (isLost.Count(lost => lost) / (double)bursts).ShouldBe(1 / r, 4 * burstDeviation);
    }

    [Test]
    public void Gilbert_Elliott_loses_by_the_state_before_the_transition() =>
        new LinkRun("ge=100,100").Send(0, count: 6).Finish()
            .LostOrdinals(DropReason.Burst).ShouldBe([1, 3, 5]);

    [Test]
    public void Without_r_Gilbert_Elliott_has_no_memory()
    {
        bool[] isLost = Fates(Sent("ge=30"));
        int afterLoss = 0, losses = 0;
        for (int i = 1; i < Packets; i++)
        {
            losses += isLost[i - 1] ? 1 : 0;
            afterLoss += isLost[i - 1] && isLost[i] ? 1 : 0;
        }

        (afterLoss / (double)losses).ShouldBe(0.3, 4 * Math.Sqrt(0.3 * 0.7 / losses));
    }

    [Test]
    public void Both_states_have_losses_of_their_own()
    {
        LinkRun run = Sent("ge=10,30,50,2");
        double bad = 0.1 / 0.4;
        Share(DropReason.Burst).ShouldBe(bad * 0.5, 0.002);
        Share(DropReason.Random).ShouldBe((1 - bad) * 0.02, 0.001);

        double Share(DropReason reason) => run.LostOrdinals(reason).Count() / (double)Packets;
    }

    [Test]
    public void Fades_take_their_share_of_time()
    {
        // Alternating exponential spells: the variance of the share is 2(gb)^2/(g+b)^3/T.
        const double good = 0.2, bad = 0.05, seconds = 2000;
        LinkRun run = new LinkRun("fade=good=200ms,bad=50ms,loss=100").SendMany((int)(seconds * 1000), 1).Finish();
        double deviation = Math.Sqrt(2 * Math.Pow(good * bad, 2) / Math.Pow(good + bad, 3) / seconds);
        (run.Losses.Count / (seconds * 1000)).ShouldBe(bad / (good + bad), 4 * deviation);
    }

    [Test]
    public void Fades_are_a_matter_of_time_and_not_of_packets()
    {
        const string settings = "fade=good=2s,bad=500ms,loss=100";
        LinkRun dense = new LinkRun(settings).SendMany(60_000, 1).Finish();
        LinkRun sparse = new LinkRun(settings).SendMany(600, 100).Finish();
        long[] denseTimes = [.. dense.Losses.Select(loss => loss.Time)];
        long[] sparseTimes = [.. sparse.Losses.Select(loss => loss.Time)];
        sparseTimes.ShouldNotBeEmpty();
        sparseTimes.ShouldBe(denseTimes.Where(time => time % (100 * SimTime.Millisecond) == 0));
    }

    [Test]
    public void Listed_datagrams_are_lost() =>
        new LinkRun("drop=3,7-9").Send(0, count: 10).Finish().LostOrdinals(DropReason.Listed).ShouldBe([2, 6, 7, 8]);

    [TestCase("at=5s,for=2s", new[] { 5, 6 })]
    [TestCase("at=1s,for=1s,every=3s", new[] { 1, 4, 7, 10 })]
    public void A_blackout_loses_what_is_sent_in_it(string blackout, int[] seconds) =>
        new LinkRun($"blackout={blackout}").SendMany(12, 1000).Finish()
            .LostOrdinals(DropReason.Blackout).ShouldBe(seconds.Select(second => (long)second));

    [Test]
    public void The_mtu_counts_the_headers() =>
        new LinkRun("mtu=1400").Send(0, 1372).Send(0, 1373).Finish().LostOrdinals(DropReason.Mtu).ShouldBe([1]);

    [Test]
    public void Equal_datagrams_meet_equal_fates_whatever_their_timing()
    {
        const string settings = "loss=5 ge=2,30 dup=3 corrupt=4";
        bool[] slow = Fates(new LinkRun(settings).SendMany(20_000, 7).Finish(), 20_000);
        bool[] fast = Fates(new LinkRun(settings + " rate=100mbit queue=1000p").SendMany(20_000, 1).Finish(), 20_000);
        fast.ShouldBe(slow);
    }

    [Test]
    public void A_burst_goes_on_while_the_queue_is_full()
    {
        // What the queue refuses counts for the channel's state all the same.
        HashSet<long> all = [.. new LinkRun("ge=5,20").Send(0, count: 5000).Finish().LostOrdinals(DropReason.Burst)];
        LinkRun limited = new LinkRun("ge=5,20 rate=1mbit queue=50p").SendMany(5000, 1).Finish();
        long[] lost = [.. limited.LostOrdinals(DropReason.Burst)];
        limited.LostOrdinals(DropReason.QueueFull).ShouldNotBeEmpty();
        lost.ShouldNotBeEmpty();
        lost.ShouldAllBe(ordinal => all.Contains(ordinal));
        limited.Arrivals.ShouldAllBe(arrival => !all.Contains(arrival.Ordinal));
    }

    [Test]
    public void Directions_and_seeds_differ()
    {
        long[] up = Lost(1, PathDirection.Up);
        Lost(1, PathDirection.Up).ShouldBe(up);
        Lost(1, PathDirection.Down).ShouldNotBe(up);
        Lost(2, PathDirection.Up).ShouldNotBe(up);

        static long[] Lost(ulong seed, PathDirection direction) =>
            [.. new LinkRun("loss=50", seed, direction).Send(0, count: 100).Finish().LostOrdinals(DropReason.Random)];
    }

    private static LinkRun Sent(string settings) =>
        new LinkRun(settings).SendMany(Packets, every: 0.001m, size: 10).Finish();

    private static bool[] Fates(LinkRun run, int count = Packets)
    {
        var isLost = new bool[count];
        foreach (LinkRun.Loss loss in run.Losses)
            isLost[loss.Ordinal] = true;
        return isLost;
    }
}
