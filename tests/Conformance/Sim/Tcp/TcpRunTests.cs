using KcpTun.Sim.Engine;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>Whole runs of plain TCP over a virtual path. Flows check every byte.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TcpRunTests
{
    private static SimTest Run(string line) => SimTest.Run($"--mode fast --fec 0/0 {line}").ShouldComplete();

    private static double Goodput(SimTest run) =>
        run.Result.DeliveredBytes / (run.Result.Duration / (double)SimTime.Second);

    [TestCase(20)]
    [TestCase(80)]
    [TestCase(200)]
    public void A_clean_link_of_20_Mbit_is_filled(int rtt)
    {
        double goodput = Goodput(Run($"--rate 20mbit --rtt {rtt} --queue 100ms --workload tcp:bulk:64MiB"));
        TestContext.Out.WriteLine($"| {rtt} ms | {goodput / 1e6:F3} MB/s |");
        // 1,448 of 1,500 bytes are payload.
        goodput.ShouldBeInRange(0.92 * 2.5e6, 1448.0 / 1500 * 2.5e6);
    }

    [TestCase(20)]
    [TestCase(200)]
    public void A_request_and_its_answer_take_a_round_trip(int rtt)
    {
        SimTest run = Run($"--rtt {rtt} --workload tcp:echo:64B,n=50,every=250ms");
        run.Result.Latencies.Count.ShouldBe(50);
        run.Result.Latencies.ShouldAllBe(latency => latency == rtt * SimTime.Millisecond);
    }

    [Test]
    public void A_download_takes_one_round_trip_for_the_connection_and_as_many_as_the_window_needs()
    {
        // The request needs one, and of 34,752 bytes 10 segments come in the first answer and 14 in the second.
        SimTest run = Run("--rtt 100 --workload tcp:short:1x34752B");
        run.Result.Latencies.ShouldHaveSingleItem().ShouldBeInRange(
            200 * SimTime.Millisecond, 310 * SimTime.Millisecond);
    }

    [Test]
    public void Two_share_a_link([Values(20, 80)] int rtt, [Values(1, 2, 3)] int seed)
    {
        SimTest run = Run(
            $"--rate 20mbit --rtt {rtt} --queue 100ms --jitter 1ms,fifo --seed {seed} "
            + "--workload mixed:tcp:bulk:64MiB,up+tcp:bulk:64MiB,up");
        long[] bytes = [.. run.Result.BytesAtFirstEnd];
        double share = (double)bytes[0] / bytes.Sum();
        TestContext.Out.WriteLine($"| {rtt} ms | seed {seed} | {share:F3} |");
        share.ShouldBeInRange(0.35, 0.65, run.Command);
    }

    [TestCase("--loss 20 --rtt 40")]
    [TestCase("--dup 20 --rtt 40")]
    [TestCase("--corrupt 5 --rtt 40")]
    [TestCase("--jitter 30ms,reorder --rtt 60")]
    [TestCase("--rtt 60 --blackout at=200ms,for=10s")]
    [TestCase("--loss 10 --dup 5 --corrupt 1 --jitter 10ms,reorder --rtt 40 --rate 5mbit --queue 50ms")]
    public void Every_byte_arrives_once_and_in_order(string path)
    {
        foreach (int seed in (int[])[1, 2, 3])
        {
            Run($"{path} --seed {seed} --workload mixed:tcp:bulk:512KiB+tcp:bulk:256KiB,up+tcp:echo:64B,n=20"
                + "+tcp:short:4x20KiB+tcp:web:10");
        }
    }

    [Test]
    public void Full_segments_and_acknowledgements_of_both_directions_fit_into_1500_bytes() =>
        Run("--mtu 1350 --link-mtu 1500 --loss 5 --rtt 40 "
            + "--workload mixed:tcp:game:100hz,3000B/3000B,5s+tcp:bulk:1MiB,up");

    [Test]
    public void After_a_blackout_it_goes_on_when_a_doubled_timer_runs_out()
    {
        SimTest run = Run("--rtt 100 --rate 20mbit --blackout at=1s,for=10s --workload tcp:bulk:8MiB");
        // At worst the timer has doubled to 6.4 s in 12.7 s.
        run.Result.Duration.ShouldBeInRange(11 * SimTime.Second, 24 * SimTime.Second);
    }

    [Test]
    public void Reordering_alone_costs_little()
    {
        // Without patience every late segment would reduce the window.
        double goodput = Goodput(Run("--rate 20mbit --rtt 80 --jitter 10ms,reorder --workload tcp:bulk:32MiB"));
        TestContext.Out.WriteLine($"{goodput / 1e6:F3} MB/s");
        goodput.ShouldBeGreaterThan(0.8 * 2.5e6);
    }

    [Test]
    public void The_same_seed_gives_the_same_trace_and_another_one_another()
    {
        const string Line = "--loss 5 --jitter 5ms,reorder --rtt 40 --workload mixed:tcp:bulk:256KiB+bulk:64KiB";
        string first = Run($"{Line} --seed 4").Result.TraceHash;
        Run($"{Line} --seed 4").Result.TraceHash.ShouldBe(first);
        Run($"{Line} --seed 5").Result.TraceHash.ShouldNotBe(first);
    }

    [Test]
    public void More_connections_than_there_are_ports_are_served() =>
        Run("--rtt 1 --workload tcp:short:16000x1B,every=1ms")
            .Should(result => result.DeliveredBytes == 16_000, "some were not");
}
