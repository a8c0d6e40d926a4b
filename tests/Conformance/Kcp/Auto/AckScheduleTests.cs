using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

public sealed class AckScheduleTests
{
    private AckSchedule _schedule;

    [SetUp]
    public void Begin() => _schedule = new AckSchedule(AutoParameters.Default);

    [Test]
    public void New_data_waits_for_company_and_no_longer()
    {
        _schedule.OnPacket(isNew: true, 1000);
        _schedule.IsDue(1000 + AckSchedule.Delay - 1).ShouldBeFalse();
        _schedule.IsDue(1000 + AckSchedule.Delay).ShouldBeTrue();
    }

    [Test]
    public void As_many_packets_as_make_an_acknowledgement_worth_while_do_not_wait()
    {
        for (int i = 0; i < AckSchedule.PacketsPerAck - 1; i++)
            _schedule.OnPacket(isNew: true, 1000);
        _schedule.IsDue(1000).ShouldBeFalse();
        _schedule.OnPacket(isNew: true, 1000);
        _schedule.IsDue(1000).ShouldBeTrue();
    }

    [TestCase(0, AckSchedule.RepeatDelay, TestName = "A copy can wait")]
    [TestCase(1, AckSchedule.Delay, TestName = "A peer that has missed it is told at once")]
    public void Repetitions_wait_if_they_are_copies(int beyondCopies, int delay)
    {
        _schedule.OnPacket(isNew: true, 1000);
        _schedule.Clear();
        uint now = 1000 + (uint)(AutoParameters.Default.CopySpan + beyondCopies);
        _schedule.OnPacket(isNew: false, now);
        _schedule.DueAt.ShouldBe(now + (uint)delay);
    }
}
