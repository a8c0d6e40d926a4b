using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

public sealed class PeerReportsTests
{
    private PeerReports _reports;

    [SetUp]
    public void Begin() => _reports = default;

    [Test]
    public void A_peer_that_has_not_been_heard_has_no_session_yet()
    {
        _reports.OnPacketsSent(100);
        _reports.IsDue(1000).ShouldBeFalse();
    }

    [Test]
    public void The_first_announcements_follow_each_other_quickly()
    {
        TimesOfAnnouncements(isPeerAuto: false).Take(PeerReports.FirstAttempts).Max()
            .ShouldBeLessThan(1000u + (PeerReports.FirstAttempts * 2 * PeerReports.FirstInterval));
    }

    [Test]
    public void A_peer_that_never_answers_gets_a_few() =>
        TimesOfAnnouncements(isPeerAuto: false).Count.ShouldBe(PeerReports.Attempts);

    /// <summary>What the peer has said does not mean that it has heard.</summary>
    [Test]
    public void A_peer_that_has_announced_itself_gets_the_first_ones_all_the_same()
    {
        List<uint> times = TimesOfAnnouncements(isPeerAuto: true);
        times[PeerReports.FirstAttempts - 1]
            .ShouldBeLessThan(1000u + (PeerReports.FirstAttempts * 2 * PeerReports.FirstInterval));
        (uint First, uint Second)[] later =
            [.. times.Skip(PeerReports.FirstAttempts).Zip(times.Skip(PeerReports.FirstAttempts + 1))];
        later.Length.ShouldBeGreaterThan(5);
        later.ShouldAllBe(pair => pair.Second - pair.First >= PeerReports.Interval);
    }

    [Test]
    public void Silence_stays_silence()
    {
        _reports.OnPacketReceived();
        _reports.OnPacketsSent(1);
        _reports.Take(1000);
        _reports.IsDue(100_000).ShouldBeFalse();
    }

    [Test]
    public void The_loss_that_the_peer_reports_is_measured_from_its_first_report_on()
    {
        _reports.OnPacketsSent(300);
        _reports.OnAnnouncement(new Announcement(Sent: 0, Seen: 100, Received: 10));
        _reports.Loss.ShouldBe(-1);
        _reports.OnAnnouncement(new Announcement(Sent: 0, Seen: 200, Received: 85));
        _reports.Loss.ShouldBe(65536 / 4);
    }

    [Test]
    public void A_report_of_packets_never_sent_is_ignored()
    {
        _reports.OnPacketsSent(100);
        _reports.OnAnnouncement(new Announcement(Sent: 0, Seen: 50, Received: 50));
        _reports.OnAnnouncement(new Announcement(Sent: 0, Seen: 101, Received: 51));
        _reports.Loss.ShouldBe(-1);
    }

    /// <summary>A packet every ms for three seconds.</summary>
    private List<uint> TimesOfAnnouncements(bool isPeerAuto)
    {
        List<uint> times = [];
        _reports.OnPacketReceived();
        if (isPeerAuto)
            _reports.OnAnnouncement(new Announcement(Sent: 1, Seen: 0, Received: 0));
        for (uint now = 1000; now < 4000; now++)
        {
            _reports.OnPacketsSent(1);
            if (!_reports.IsDue(now))
                continue;
            _reports.Take(now);
            times.Add(now);
        }

        return times;
    }
}
