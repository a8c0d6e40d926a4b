using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

/// <summary>What the meter says about chance and about runs.</summary>
public sealed class LossMeterTests
{
    private const int RoundTrip = 100;

    [Test]
    public void Losses_of_copies_after_losses_show_a_burst()
    {
        var meter = new LossMeter(AutoParameters.Default);
        Settle(ref meter);
        for (int i = 0; i < 4; i++)
            meter.ResolveSuccessor(true);
        meter.IsBursty.ShouldBeTrue();
    }

    [Test]
    public void Three_losses_after_losses_are_not_enough_to_call_it_a_burst()
    {
        var meter = new LossMeter(AutoParameters.Default);
        Settle(ref meter);
        for (int i = 0; i < 3; i++)
            meter.ResolveSuccessor(true);
        meter.IsBursty.ShouldBeFalse();
    }

    [Test]
    public void Copies_that_get_lost_as_often_as_others_are_chance()
    {
        var meter = new LossMeter(AutoParameters.Default);
        for (int i = 0; i < 300; i++)
        {
            meter.Resolve(i % 3 == 0, 0);
            meter.ResolveSuccessor(i % 3 == 0);
        }

        meter.IsBursty.ShouldBeFalse();
    }

    /// <summary>Half of what was sent has arrived, which is known at once; which of it is lost, a round trip later.
    /// </summary>
    [Test]
    public void A_round_ends_when_the_fate_of_all_of_it_is_known()
    {
        LossMeter meter = Sent(200, at: 1000);
        Resolve(ref meter, 100, isLost: false, sentAt: 1000);
        meter.TryEndRound(1100, RoundTrip, knownBefore: 1000).ShouldBeFalse();
        Send(ref meter, 200, at: 1100);
        Resolve(ref meter, 200, isLost: false, sentAt: 1100);
        meter.TryEndRound(1190, RoundTrip, knownBefore: 1000).ShouldBeFalse();
        Resolve(ref meter, 100, isLost: true, sentAt: 1000);
        meter.TryEndRound(1200, RoundTrip, knownBefore: 1100).ShouldBeTrue();
        meter.LatestRound.ShouldBe(65536 / 2);
        meter.LatestResolved.ShouldBe(200);
        meter.Base.ShouldBe(65536 / 2);
        meter.TryEndRound(1300, RoundTrip, knownBefore: 1250).ShouldBeTrue();
        meter.LatestRound.ShouldBe(0);
        meter.Base.ShouldBe(0);
    }

    [Test]
    public void A_round_is_at_least_a_round_trip_and_two_hundred_transmissions_long()
    {
        LossMeter meter = Sent(199, at: 1000);
        Resolve(ref meter, 199, isLost: false, sentAt: 1000);
        meter.TryEndRound(1100, RoundTrip, knownBefore: 1100).ShouldBeFalse();
        Send(ref meter, 1, at: 1100);
        Resolve(ref meter, 1, isLost: false, sentAt: 1100);
        meter.TryEndRound(1101, RoundTrip, knownBefore: 1101).ShouldBeFalse();
        meter.TryEndRound(1102, RoundTrip, knownBefore: 1102).ShouldBeTrue();

        meter = Sent(200, at: 1000);
        Resolve(ref meter, 200, isLost: false, sentAt: 1000);
        meter.TryEndRound(1099, RoundTrip, knownBefore: 1099).ShouldBeFalse();
        meter.TryEndRound(1099, RoundTrip, knownBefore: 1099).ShouldBeFalse();
    }

    [Test]
    public void A_round_of_which_little_is_known_says_nothing()
    {
        LossMeter meter = Sent(200, at: 1000);
        Resolve(ref meter, 99, isLost: true, sentAt: 1000);
        meter.TryEndRound(1100, RoundTrip, knownBefore: 1000).ShouldBeFalse();
        meter.TryEndRound(1200, RoundTrip, knownBefore: 1200).ShouldBeFalse();
        meter.Base.ShouldBe(LossMeter.MostBase);
    }

    [Test]
    public void After_a_restart_only_what_is_sent_then_counts()
    {
        LossMeter meter = Sent(200, at: 1000);
        meter.Restart();
        Send(ref meter, 200, at: 2000);
        Resolve(ref meter, 200, isLost: true, sentAt: 1000);
        Resolve(ref meter, 200, isLost: false, sentAt: 2000);
        meter.TryEndRound(2100, RoundTrip, knownBefore: 2100).ShouldBeFalse();
        meter.TryEndRound(2200, RoundTrip, knownBefore: 2200).ShouldBeTrue();
        meter.LatestRound.ShouldBe(0);
        meter.LatestResolved.ShouldBe(200);
    }

    [Test]
    public void What_is_lost_during_a_visit_to_the_empty_path_is_its_chance([Values(7, 8)] int resolved)
    {
        LossMeter meter = Sent(200, at: 1000);
        Resolve(ref meter, 200, isLost: false, sentAt: 1000);
        meter.TryEndRound(1100, RoundTrip, knownBefore: 1100);
        meter.TryEndRound(1100, RoundTrip, knownBefore: 1100).ShouldBeTrue();
        meter.Restart();
        Send(ref meter, resolved, at: 1200);
        Resolve(ref meter, resolved, isLost: true, sentAt: 1200);
        meter.EndVisit();
        meter.Base.ShouldBe(resolved < 8 ? 0 : LossMeter.MostBase);
    }

    [Test]
    public void A_loss_taken_back_is_taken_from_its_round()
    {
        LossMeter meter = Sent(200, at: 1000);
        Resolve(ref meter, 200, isLost: true, sentAt: 1000);
        meter.TryEndRound(1100, RoundTrip, knownBefore: 1000);
        Send(ref meter, 1, at: 1100);
        meter.Retract(sentAt: 1000);
        meter.TryEndRound(1200, RoundTrip, knownBefore: 1100).ShouldBeTrue();
        meter.LatestRound.ShouldBe(199 * 65536 / 200);
    }

    private static LossMeter Sent(int count, uint at)
    {
        var meter = new LossMeter(AutoParameters.Default);
        Send(ref meter, count, at);
        return meter;
    }

    private static void Send(ref LossMeter meter, int count, uint at)
    {
        for (int i = 0; i < count; i++)
            meter.OnSent(at);
    }

    private static void Resolve(ref LossMeter meter, int count, bool isLost, uint sentAt)
    {
        for (int i = 0; i < count; i++)
            meter.Resolve(isLost, sentAt);
    }

    private static void Settle(ref LossMeter meter)
    {
        for (int i = 0; i < 300; i++)
            meter.Resolve(i % 10 == 0, 0);
    }
}
