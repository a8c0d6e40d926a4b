using KcpTun.Sim.Engine;

namespace KcpTun.Conformance.Sim.Formulas;

/// <summary>What limits a transfer on a path without loss: the window, or the rate of the bottleneck.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class GoodputTests
{
    private const int Mtu = 1350;

    /// <summary>mtu less the envelope of aes (16 + 4 bytes) and KCP's header (PROTOCOL a.5).</summary>
    private const int Segment = Mtu - 20 - 24;

    /// <summary>Share of application bytes among what smux and the snappy framing hand to KCP.</summary>
    private const double FrameShare = 8192.0 / (8192 + 8 + 8);

    /// <summary>Bytes a second between two sizes, so that the start of the transfer does not count.</summary>
    private static double Steady(string line, long bytes)
    {
        SimTest small = SimTest.Run($"{line} --workload bulk:{bytes}").ShouldComplete();
        SimTest large = SimTest.Run($"{line} --workload bulk:{3 * bytes}").ShouldComplete();
        return 2 * bytes / ((large.Result.Duration - small.Result.Duration) / (double)SimTime.Second);
    }

    [TestCase(32, 100)]
    [TestCase(64, 50)]
    [TestCase(64, 200)]
    [TestCase(128, 100)]
    [TestCase(256, 400)]
    public void A_window_gives_its_payload_once_a_round_trip(int window, int rtt)
    {
        double expected = window * Segment * FrameShare / (rtt / 1000.0);
        // A transfer takes whole round trips: over forty of them the one too many or too few hardly counts.
        double measured = Steady(
            $"--mode fast3 --fec 0/0 --crypt none --rtt {rtt} --acknodelay --server '--sndwnd {window}' --rcvwnd 2048",
            20 * window * Segment);
        TestContext.Out.WriteLine(
            $"| {window} | {rtt} ms | {expected / 1e6:F4} MB/s | {measured / 1e6:F4} MB/s | "
            + $"{measured / expected:F3} |");
        (measured / expected).ShouldBeInRange(0.97, 1.03);
    }

    [TestCase(2, 50, 24)]
    [TestCase(10, 50, 80)]
    [TestCase(10, 200, 220)]
    [TestCase(50, 20, 150)]
    public void A_bottleneck_gives_its_rate_times_the_share_of_payload(int mbit, int rtt, int window)
    {
        double share = Segment * FrameShare / (Mtu + 28);
        double expected = mbit * 1e6 / 8 * share;
        // Acknowledgements at once: one that waits for a flush makes timers expire and spends rate on copies.
        double measured = Steady(
            $"--mode normal --fec 0/0 --crypt none --rtt {rtt} --rate {mbit}mbit --queue 1s --acknodelay "
            + $"--sndwnd {window} --rcvwnd 2048",
            mbit << 18);
        TestContext.Out.WriteLine(
            $"| {mbit} Mbit/s | {rtt} ms | {window} | {expected / 1e6:F4} MB/s | {measured / 1e6:F4} MB/s | "
            + $"{measured / expected:F3} |");
        (measured / expected).ShouldBeInRange(0.97, 1.02);
    }
}
