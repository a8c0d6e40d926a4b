using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

/// <summary>The rules of RFC 8985, section 6.2, on KCP's timestamps.</summary>
public sealed class LossDetectorTests
{
    private const int Rtt = 100;

    [Test]
    public void Nothing_is_overtaken_before_the_first_arrival()
    {
        new LossDetector(AutoParameters.Default).IsOvertaken(0, 1).ShouldBeFalse();
    }

    [Test]
    public void A_transmission_is_overtaken_by_one_that_was_sent_later_even_in_the_same_millisecond()
    {
        var detector = new LossDetector(AutoParameters.Default);
        detector.OnArrival(sentAt: 1000, order: 8, now: 1000 + Rtt, Rtt);
        detector.IsOvertaken(999, 7).ShouldBeTrue();
        detector.IsOvertaken(1000, 7).ShouldBeTrue();
        detector.IsOvertaken(1000, 8).ShouldBeFalse();
        detector.IsOvertaken(1000, 9).ShouldBeFalse();
        detector.IsOvertaken(1001, 9).ShouldBeFalse();
    }

    [Test]
    public void It_is_lost_a_round_trip_and_the_reordering_window_after_it_was_sent()
    {
        var detector = new LossDetector(AutoParameters.Default);
        detector.OnArrival(sentAt: 1000, order: 8, now: 1000 + Rtt, Rtt);
        detector.LostAt(990, Rtt, int.MaxValue, jitter: 0).ShouldBe(990u + Rtt + LossDetector.MinimumReordering);
    }

    [Test]
    public void A_packet_that_arrives_late_widens_the_window_beyond_its_lateness()
    {
        var detector = new LossDetector(AutoParameters.Default);
        detector.OnArrival(sentAt: 1000, order: 8, now: 1000 + Rtt, Rtt);
        detector.OnArrival(sentAt: 990, order: 7, now: 990 + Rtt + 40, Rtt);
        detector.ReorderingWindow(Rtt, int.MaxValue, jitter: 0).ShouldBe(50 + LossDetector.MinimumReordering);
    }

    [Test]
    public void Lateness_is_forgotten_after_some_round_trips()
    {
        var detector = new LossDetector(AutoParameters.Default);
        uint now = 10_000;
        detector.OnArrival(now, 1, now + Rtt, Rtt);
        detector.NoteLateness(40, now, Rtt);
        now += 17 * Rtt;
        detector.NoteLateness(0, now, Rtt);
        detector.ReorderingWindow(Rtt, int.MaxValue, jitter: 0).ShouldBeGreaterThan(40);
        now += 17 * Rtt;
        detector.NoteLateness(0, now, Rtt);
        detector.ReorderingWindow(Rtt, int.MaxValue, jitter: 0).ShouldBe(LossDetector.MinimumReordering);
    }

    [Test]
    public void The_window_allows_for_jitter_before_anything_was_late()
    {
        new LossDetector(AutoParameters.Default).ReorderingWindow(Rtt, int.MaxValue, jitter: 10)
            .ShouldBeGreaterThanOrEqualTo(40);
    }

    [Test]
    public void Comparisons_survive_the_wrap_of_the_clock()
    {
        var detector = new LossDetector(AutoParameters.Default);
        detector.OnArrival(sentAt: 5, order: 3, now: 5 + Rtt, Rtt);
        detector.IsOvertaken(uint.MaxValue - 5, 2).ShouldBeTrue();
    }
}
