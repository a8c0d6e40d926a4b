using KcpTun.Sim.Engine;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Metrics;

/// <summary>Where the time went.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StallTests
{
    [Test]
    public void One_missing_segment_blocks_those_behind_it_until_it_comes()
    {
        SimTest run = SimTest.Run(
            "--mode normal --fec 0/0 --rtt 100 --drop up=20 --workload game:100hz,200B/8B,2s").ShouldComplete();
        long stalled = run.Result.Stalls.HeadOfLine;
        // From the first one behind it (10 ms) to its retransmission, at least a round trip later.
        run.Should(
            _ => stalled is > 80 * SimTime.Millisecond and < 300 * SimTime.Millisecond,
            $"blocked for {stalled / 1e6} ms");
    }

    [Test]
    public void A_perfect_wire_blocks_nothing()
    {
        StallMetrics stalls = SimTest.Run("--mode fast --fec 0/0 --rtt 50 --workload echo:64B,n=20").ShouldComplete()
            .Result.Stalls;
        (stalls.HeadOfLine, stalls.MaxQueueDelay, stalls.Window).ShouldBe((0, 0, 0));
        stalls.PeakMemory.ShouldBeGreaterThan(0);
    }

    [Test]
    public void A_small_window_stalls_and_a_large_one_does_not()
    {
        const string Line = "--mode fast --fec 0/0 --rtt 100 --workload bulk:256KiB --server ";
        SimTest small = SimTest.Run(Line + "'--sndwnd 16'").ShouldComplete();
        SimTest large = SimTest.Run(Line + "'--sndwnd 2048'").ShouldComplete();
        small.Should(r => r.Stalls.Window > r.Duration / 2, "hardly stalled");
        large.Should(r => r.Stalls.Window == 0, "stalled");
    }

    [Test]
    public void A_slow_link_queues_up_to_its_limit()
    {
        SimTest run = SimTest.Run(
            "--mode fast3 --fec 0/0 --rate 2mbit --queue 150ms --rtt 40 --workload bulk:512KiB").ShouldComplete();
        run.Should(
            r => r.Stalls.MaxQueueDelay is > 100 * SimTime.Millisecond and <= 160 * SimTime.Millisecond,
            $"waited {run.Result.Stalls.MaxQueueDelay / 1e6} ms");
        run.Should(r => r.Stalls.MeanQueueDelay < r.Stalls.MaxQueueDelay, "mean above maximum");
    }

    [Test]
    public void Messages_that_come_too_late_are_counted()
    {
        const string Line = "--mode fast --fec 0/0 --rtt 100 --workload game:20hz,64B/64B,2s,deadline=";
        SimTest.Run(Line + "40ms").ShouldComplete().Result.Deadlines.ShouldBe((80, 80));
        SimTest.Run(Line + "60ms").ShouldComplete().Result.Deadlines.ShouldBe((0, 80));
    }
}
