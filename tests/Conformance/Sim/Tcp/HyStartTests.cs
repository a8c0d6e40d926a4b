using KcpTun.Sim.Engine;
using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>The rules of RFC 9406, section 4.2.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class HyStartTests
{
    private const int Full = 8;

    // A round trip of 20 ms would give 2.5 ms, one of 400 ms 50 ms.
    [TestCase(20.0, 4.0)]
    [TestCase(40.0, 5.0)]
    [TestCase(80.0, 10.0)]
    [TestCase(400.0, 16.0)]
    public void Growth_of_an_eighth_of_the_round_trip_but_4_to_16_ms_is_heeded(double rtt, double threshold)
    {
        var below = new Rounds();
        below.Run(rtt, Full);
        below.Run(rtt + threshold - 0.1, Full);
        below.IsCautious.ShouldBeFalse();
        var at = new Rounds();
        at.Run(rtt, Full);
        at.Run(rtt + threshold, Full);
        at.IsCautious.ShouldBeTrue();
    }

    [Test]
    public void Seven_samples_are_too_few()
    {
        var rounds = new Rounds();
        rounds.Run(100, Full);
        rounds.Run(200, Full - 1);
        rounds.IsCautious.ShouldBeFalse();
        rounds.Sample(200);
        rounds.IsCautious.ShouldBeTrue();
    }

    [Test]
    public void The_least_of_a_round_decides()
    {
        var rounds = new Rounds();
        rounds.Run(100, Full);
        rounds.Begin();
        rounds.Sample(100);
        for (int i = 0; i < 20; i++)
            rounds.Sample(200);
        rounds.IsCautious.ShouldBeFalse();
    }

    [Test]
    public void Doubling_ends_after_five_cautious_rounds_of_which_the_first_is_partial()
    {
        var rounds = new Rounds();
        rounds.Run(100, Full);
        for (int i = 0; i < 5; i++)
        {
            rounds.Run(200, Full);
            rounds.IsCautious.ShouldBeTrue();
            rounds.HasEnded.ShouldBeFalse($"in round {i + 1}");
        }

        rounds.Begin();
        rounds.Sample(200);
        rounds.HasEnded.ShouldBeTrue();
    }

    [Test]
    public void A_shorter_round_trip_takes_the_caution_back()
    {
        var rounds = new Rounds();
        rounds.Run(100, Full);
        rounds.Run(200, Full);
        rounds.Run(199, Full - 1);
        rounds.IsCautious.ShouldBeTrue();
        rounds.Sample(199);
        rounds.IsCautious.ShouldBeFalse();
        // It may come again, and has all its rounds.
        rounds.Run(300, Full);
        for (int i = 0; i < 4; i++)
            rounds.Run(300, Full);
        rounds.HasEnded.ShouldBeFalse();
        rounds.IsCautious.ShouldBeTrue();
    }

    [Test]
    public void Caution_grows_by_a_quarter_and_one_acknowledgement_counts_for_at_most_eight()
    {
        var rounds = new Rounds();
        rounds.Start.Growth(3).ShouldBe(3);
        rounds.Start.Growth(20).ShouldBe(8);
        rounds.Run(100, Full);
        rounds.Run(200, Full);
        rounds.Start.Growth(3).ShouldBe(0.75);
        rounds.Start.Growth(20).ShouldBe(2);
    }

    private sealed class Rounds
    {
        private long _acknowledged;
        private long _next = 1;

        public HyStart Start { get; } = new();

        public bool HasEnded { get; private set; }

        public bool IsCautious => Start.Growth(4) < 4;

        /// <summary>What was sent in the last round has arrived.</summary>
        public void Begin()
        {
            _acknowledged = _next;
            _next += 1000;
        }

        public void Run(double rtt, int samples)
        {
            Begin();
            for (int i = 0; i < samples; i++)
                Sample(rtt);
        }

        public void Sample(double rtt) =>
            HasEnded |= Start.HasEnded(_acknowledged, _next, (long)(rtt * SimTime.Millisecond));
    }
}
