using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

/// <summary>When datagrams arrive, how often, and in what condition.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class DelayTests
{
    private const int Packets = 100_000;

    [Test]
    public void A_delay_is_exact()
    {
        LinkRun run = new LinkRun("delay=12.5").SendMany(5, 1.1m).Finish();
        run.ArrivalTimes.ShouldBe([12.5m, 13.6m, 14.7m, 15.8m, 16.9m]);
    }

    [Test]
    public void A_round_trip_divides_as_told()
    {
        PathSpec path = LinkRun.Parse("rtt=200 rtt-split=70/30");
        path.Up.Delay.ShouldBe(140 * SimTime.Millisecond);
        path.Down.Delay.ShouldBe(60 * SimTime.Millisecond);
        LinkRun.Parse("rtt=1ns").Down.Delay.ShouldBe(1);
    }

    [Test]
    public void Uniform_jitter_fills_its_range_and_has_its_mean()
    {
        double[] delays = Delays("delay=50 jitter=20");
        delays.Min().ShouldBeInRange(30, 30.01);
        delays.Max().ShouldBeInRange(69.99, 70);
        delays.Average().ShouldBe(50, 4 * 20 / Math.Sqrt(3) / Math.Sqrt(Packets));
        Deviation(delays).ShouldBe(20 / Math.Sqrt(3), 0.1);
    }

    [Test]
    public void Normal_jitter_has_its_deviation()
    {
        double[] delays = Delays("delay=50 jitter=5,normal");
        delays.Average().ShouldBe(50, 4 * 5 / Math.Sqrt(Packets));
        Deviation(delays).ShouldBe(5, 0.06);
        // 68.27 % of a normal distribution lie within one deviation, 95.45 % within two.
        (delays.Count(delay => Math.Abs(delay - 50) < 5) / (double)Packets).ShouldBe(0.6827, 0.01);
        (delays.Count(delay => Math.Abs(delay - 50) < 10) / (double)Packets).ShouldBe(0.9545, 0.005);
    }

    [Test]
    public void Exponential_jitter_only_adds()
    {
        double[] delays = Delays("delay=50 jitter=10,exp");
        delays.Min().ShouldBeGreaterThanOrEqualTo(50);
        delays.Average().ShouldBe(60, 4 * 10 / Math.Sqrt(Packets));
        (delays.Count(delay => delay > 80) / (double)Packets).ShouldBe(Math.Exp(-3), 0.003);
    }

    [Test]
    public void The_integer_logarithm_is_as_good_as_the_library_s()
    {
        foreach (ulong bits in new ulong[] { 0, 1, 12345, 1UL << 33, 1UL << 63, ulong.MaxValue - 1, ulong.MaxValue })
        {
            double expected = 1e9 * Math.Max(0, -Math.Log((bits + 1.0) / 18446744073709551616.0));
            ((double)FixedPoint.Exponential(1_000_000_000, bits)).ShouldBe(expected, 5);
        }
    }

    [Test]
    public void The_integer_root_is_the_floor()
    {
        foreach (ulong root in new ulong[] { 0UL, 1, 2, 99_999_999, 1UL << 40, ulong.MaxValue })
        {
            UInt128 square = (UInt128)root * root;
            FixedPoint.Sqrt(square).ShouldBe(root);
            if (root > 0)
                FixedPoint.Sqrt(square - 1).ShouldBe(root - 1);
        }
    }

    [Test]
    public void Jitter_reorders_unless_told_not_to()
    {
        IsInOrder(new LinkRun("delay=50 jitter=20").SendMany(1000, 1).Finish()).ShouldBeFalse();
        IsInOrder(new LinkRun("delay=50 jitter=20,fifo").SendMany(1000, 1).Finish()).ShouldBeTrue();
    }

    [Test]
    public void In_order_means_waiting_for_those_before()
    {
        double[] free = Delays("delay=50 jitter=20");
        double[] ordered = Delays("delay=50 jitter=20,fifo");
        ordered.Zip(free).ShouldAllBe(pair => pair.First >= pair.Second);
    }

    [Test]
    public void Reordered_datagrams_skip_the_delay() =>
        new LinkRun("delay=10 reorder=100,gap=3").SendMany(6, 1).Finish()
            .Arrivals.Select(arrival => (arrival.Ordinal, arrival.Time / SimTime.Millisecond))
            .ShouldBe([(2L, 2L), (5L, 5L), (0L, 10L), (1L, 11L), (3L, 13L), (4L, 14L)]);

    [Test]
    public void Reordering_has_its_probability()
    {
        LinkRun run = new LinkRun("delay=10 reorder=25").SendMany(Packets, 1).Finish();
        double share = run.Arrivals.Count(arrival => arrival.Time == arrival.SentAt) / (double)Packets;
        share.ShouldBe(0.25, 4 * Math.Sqrt(0.25 * 0.75 / Packets));
    }

    [Test]
    public void A_copy_has_its_original_s_number_and_a_jitter_of_its_own()
    {
        LinkRun run = new LinkRun("delay=50 jitter=20 dup=100").SendMany(1000, 100).Finish();
        run.Arrivals.Count.ShouldBe(2000);
        run.Arrivals.Count(arrival => arrival.IsDuplicate).ShouldBe(1000);
        run.Arrivals.GroupBy(arrival => arrival.Ordinal)
            .ShouldAllBe(pair => pair.Count() == 2 && pair.First().SentAt == pair.Last().SentAt);
        run.Arrivals.GroupBy(arrival => arrival.Ordinal)
            .Count(pair => pair.First().Time != pair.Last().Time).ShouldBeGreaterThan(990);
    }

    [Test]
    public void A_flipped_bit_is_one_bit() =>
        Damages("corrupt=100", packet => packet.Datagram.ToArray().Sum(value => int.PopCount(value)).ShouldBe(1));

    [Test]
    public void Havoc_changes_a_few_bytes() => Damages(
        "corrupt=100,havoc",
        packet => packet.Datagram.ToArray().Count(value => value != 0).ShouldBeInRange(1, 16));

    [Test]
    public void A_truncated_datagram_is_shorter() =>
        Damages("corrupt=100,truncate", packet => packet.Length.ShouldBeInRange(0, 999));

    [Test]
    public void Corruption_has_its_probability_and_spares_empty_datagrams()
    {
        int corrupted = 0;
        var run = new LinkRun("corrupt=10")
        {
            OnArrival = packet => corrupted += packet.IsCorrupted ? 1 : 0,
        };
        run.SendMany(Packets, 1, size: 0);
        corrupted.ShouldBe(0);
        for (int i = 0; i < Packets; i++)
            run.Send(Packets + i);
        run.Finish();
        (corrupted / (double)Packets).ShouldBe(0.1, 4 * Math.Sqrt(0.09 / Packets));
    }

    private static void Damages(string settings, Action<LinkPacket> check)
    {
        int seen = 0;
        new LinkRun(settings)
        {
            OnArrival = packet =>
            {
                packet.IsCorrupted.ShouldBeTrue();
                check(packet);
                seen++;
            },
        }.SendMany(200, 1).Finish();
        seen.ShouldBe(200);
    }

    /// <summary>The delay of each datagram, in the order of their departures; ms.</summary>
    private static double[] Delays(string settings)
    {
        LinkRun run = new LinkRun(settings).SendMany(Packets, 1).Finish();
        return [.. run.Arrivals.OrderBy(arrival => arrival.Ordinal)
            .Select(arrival => (arrival.Time - arrival.SentAt) / (double)SimTime.Millisecond)];
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);
    }

    private static bool IsInOrder(LinkRun run) =>
        run.Arrivals.Zip(run.Arrivals.Skip(1)).All(pair => pair.First.Ordinal < pair.Second.Ordinal);
}
