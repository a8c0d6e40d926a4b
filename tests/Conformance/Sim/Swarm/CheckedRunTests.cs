using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Swarm;

/// <summary>Runs under watch: the rules about a whole run, and what the surroundings may do to it.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CheckedRunTests
{
    private const string Line = "--mode fast2 --fec 0/0 --rtt 40 --workload echo:64B,n=10";

    private static RunResult Run(string line, SimConditions conditions) =>
        SimRun.Execute(SimTest.Single(line) with { Conditions = conditions with { IsChecked = true } });

    [Test]
    public void A_sound_tunnel_passes_all_checks_and_is_left_idle()
    {
        RunResult result = Run(Line, new SimConditions());
        result.Failure.ShouldBeNull();
        result.SimulatedTime.ShouldBeGreaterThan(20 * SimTime.Second);
    }

    [Test]
    public void A_run_that_does_not_finish_is_LIV_2()
    {
        SimTest.Run("--mode fast2 --fec 0/0 --loss 100 --limit 9s --workload bulk:1KiB").Result.Failure
            .ShouldBe("LIV-2: not finished after 9 s of virtual time");
    }

    [Test]
    public void A_stream_that_is_not_served_on_a_path_that_should_have_healed_is_LIV_2()
    {
        RunResult result = Run(
            "--mode fast2 --fec 0/0 --rtt 40 --blackout at=2s,for=500s --workload echo:64B,n=3",
            new SimConditions { HealedAt = 3 * SimTime.Second });
        result.Failure.ShouldNotBeNull();
        result.Failure.ShouldStartWith("LIV-2: a new stream on the healed path");
    }

    [TestCase("phase")]
    [TestCase("drift")]
    [TestCase("reads")]
    [TestCase("full")]
    [TestCase("garbage")]
    [TestCase("ties")]
    public void What_the_surroundings_do_changes_the_run_but_breaks_nothing(string quirk)
    {
        HostConditions host = quirk switch
        {
            "phase" => new HostConditions { ClockPhase = 123_457 * SimTime.Microsecond },
            "drift" => new HostConditions { ClockDrift = 500 },
            "reads" => new HostConditions { LongestRead = 7 },
            "full" => new HostConditions { FullSocket = Probability.FromPercent(30) },
            _ => new HostConditions(),
        };
        var conditions = new SimConditions
        {
            Client = host,
            ShuffleTies = quirk == "ties",
            Garbage = quirk == "garbage" ? 100 : 0,
            HealedAt = quirk == "garbage" ? SimTime.Second : 0,
        };
        const string Busy = "--mode fast2 --fec 0/0 --loss 5 --rtt 40 --workload mixed:bulk:64KiB,up+echo:64B,n=20";
        RunResult plain = Run(Busy, new SimConditions());
        RunResult odd = Run(Busy, conditions);
        odd.Failure.ShouldBeNull();
        odd.TraceHash.ShouldBe(Run(Busy, conditions).TraceHash);
        // Garbage goes round the path and is no event of it, so that case differs only in what it might break.
        if (quirk != "garbage")
            odd.TraceHash.ShouldNotBe(plain.TraceHash);
    }

    [Test]
    public void The_milliseconds_of_a_clock_may_wrap_in_the_middle_of_a_transfer()
    {
        long wrap = (1L << 32) * SimTime.Millisecond;
        HostConditions host = new() { ClockPhase = wrap - SimTime.Second };
        Run(
            "--mode fast2 --fec 10/3 --loss 10 --rtt 100 --workload bulk:512KiB --sndwnd 64",
            new SimConditions { Client = host, Server = host }).Failure.ShouldBeNull();
    }
}
