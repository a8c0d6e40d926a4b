using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Scenarios;

/// <summary>What the tunnel promises on bad paths. A failure prints the command that shows it again.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ScenarioTests
{
    private static readonly string[] s_modes = ["normal", "fast", "fast2", "fast3"];

    [Test]
    public void A_transfer_completes_at_30_percent_loss(
        [ValueSource(nameof(s_modes))] string mode, [Values(1, 2)] int smux, [Values("0/0", "10/3")] string fec) =>
        SimTest.Run(
            $"--mode {mode} --fec {fec} --smuxver {smux} --loss 30 --rtt 100 "
            + "--workload mixed:bulk:128KiB+bulk:64KiB,up+echo:64B,n=10").ShouldComplete();

    [Test]
    public void A_half_close_lets_the_answer_through_under_loss([Values(1, 2)] int smux, [Values(1, 2, 3)] int seed) =>
        // Every download is asked for with an end of the upward direction first.
        SimTest.Run(
            $"--mode fast2 --fec 0/0 --smuxver {smux} --loss 25 --rtt 80 --workload short:10x20KiB --seed {seed}")
            .ShouldComplete();

    [Test]
    public void A_session_survives_a_blackout_of_ten_seconds(
        [ValueSource(nameof(s_modes))] string mode, [Values("0/0", "10/3")] string fec)
    {
        SimTest run = SimTest.Run(
            $"--mode {mode} --fec {fec} --rtt 60 --blackout at=1s,for=10s --workload game:10hz,64B/64B,15s")
            .ShouldComplete();
        run.Should(r => r.Wire.Drops.ContainsKey(DropReason.Blackout), "there was no blackout");
        run.Should(r => r.Latencies.Max() > 9 * SimTime.Second, "nothing had to wait for its end");
        run.Should(r => r.Duration < 40 * SimTime.Second, "it took too long to recover");
    }

    [Test]
    public void Behind_a_new_port_new_streams_are_served_by_a_new_session()
    {
        // The old session dies with the streams it has; the client notices by the keepalive and opens another.
        SimTest run = SimTest.Run(
            "--mode fast --fec 0/0 --rtt 60 --rebind 400ms --keepalive 2 --workload short:40x2KiB,every=1s");
        run.Should(r => r.DeliveredBytes > 20 * 2048, "most of the streams after the change were not served");
    }

    [TestCase("--loss 100")]
    [TestCase("--link-mtu 500 --mtu 1350")]
    public void A_dead_path_ends_in_a_failure_that_names_it(string path) =>
        SimTest.Run($"--mode fast --fec 0/0 {path} --limit 120s --workload bulk:64KiB").Should(
            r => r is { IsComplete: false, Failure: not null, DeliveredBytes: 0 }, "something got through");

    [TestCase("--QPP --crypt none")]
    [TestCase("--tuncrypt --crypt aes-128-gcm --nocomp")]
    [TestCase("--conn 4 --crypt salsa20")]
    [TestCase("--mtu 200 --crypt null")]
    [TestCase("--ratelimit 300000")]
    [TestCase("--acknodelay --sndwnd 8 --rcvwnd 8")]
    public void Every_layer_holds_under_loss_reordering_and_duplicates(string flags) =>
        SimTest.Run(
            $"--mode fast2 --fec 5/2 {flags} --loss 10 --dup 5 --rtt 60 --jitter 15ms,reorder "
            + "--workload mixed:bulk:64KiB+bulk:64KiB,up+short:4x4KiB+echo:64B,n=10").ShouldComplete();

    [Test]
    public void A_failing_test_says_which_command_shows_it_again()
    {
        SimTest run = SimTest.Run("--mode fast --fec 0/0 --loss 100 --limit 1s --workload bulk:1KiB");
        AssertionException failure;
        using (new NUnit.Framework.Internal.TestExecutionContext.IsolatedContext())
            failure = Should.Throw<AssertionException>(() => run.ShouldComplete());
        failure.Message.ShouldContain("did not complete: LIV-2: not finished after 1 s of virtual time");
        failure.Message.ShouldContain(
            "kcptun-sim run --loss 100 --mode fast --fec 0/0 --workload bulk:1KiB --seed 1 --seeds 1 --limit 1s");
    }
}
