using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Formulas;

/// <summary>What a request costs on a path without loss.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class EchoLatencyTests
{
    [Test]
    public void Is_the_round_trip_and_nothing_else(
        [Values("normal", "fast", "fast2", "fast3")] string mode,
        [Values(20, 200)] int rtt,
        [Values("0/0", "10/3")] string fec)
    {
        var log = new SegmentLog();
        SimTest run = SimTest.Run(
            $"--mode {mode} --fec {fec} --rtt {rtt} --workload echo:64B,n=30,every=250ms", log).ShouldComplete();
        long[] extra = [.. run.Result.Latencies.Select(latency => latency - (rtt * SimTime.Millisecond))];
        TestContext.Out.WriteLine($"| {mode} | {fec} | {rtt} ms | {string.Join(' ', extra.Distinct())} ns |");
        // Data is flushed when it is written, at both ends; only acknowledgements wait for a flush.
        extra.ShouldAllBe(e => e == 0, run.Command);
        log.Pushes(PathDirection.Up).ShouldNotBeEmpty();
    }
}
