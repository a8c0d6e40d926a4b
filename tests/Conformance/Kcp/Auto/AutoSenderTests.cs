using KcpTun.Kcp;
using KcpTun.Kcp.Auto;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp.Auto;

/// <summary>What leaves, when, and why, of a sender that the test answers itself.</summary>
public sealed class AutoSenderTests
{
    private const int Mss = 1000;
    private const uint Window = 8192;
    private const uint Start = 1000;

    private SendBuffer _send = null!;
    private AutoSender _sender = null!;
    private int _probes;

    [SetUp]
    public void Begin()
    {
        _send = new SendBuffer(new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes)), 0, 0);
        _sender = new AutoSender(AutoParameters.Default, _send, Mss) { IsPeerAuto = true };
        _probes = 0;
    }

    [Test]
    public void A_turn_that_looks_twice_probes_once()
    {
        Write(1);
        Turn(Start).ShouldContain(TransmissionCause.New);
        // The timer is so late that the second look would find a second probe due.
        uint at = Start + 1000;
        IsProbe(at).ShouldBeTrue();
        uint next = at + 1;
        while (!IsProbe(next))
            next++;
        (next - at).ShouldBe(RttEstimator.InitialRto * 3 / 2);
    }

    [Test]
    public void Before_any_answer_a_probe_has_no_more_copies_than_a_first_transmission()
    {
        Write(1);
        int first = 0;
        for (uint now = Start; now < Start + 150; now++)
            first += Turn(now).Count;
        int all = 0;
        for (uint now = Start + 150; now < Start + 6000; now++)
            all += Turn(now).Count;
        _probes.ShouldBeGreaterThan(3);
        all.ShouldBeLessThanOrEqualTo(_probes * (Redundancy.MostTransmissions + AutoParameters.Default.MoreInRuns));
        first.ShouldBeLessThanOrEqualTo(Redundancy.MostTransmissions);
    }

    [Test]
    public void A_dead_path_is_probed_with_few_packets_in_the_end()
    {
        Write(1);
        Turn(Start);
        Answer(Start, Start + 50);
        Write(1);
        for (uint now = Start + 100; now < 20_000; now++)
            Turn(now);
        _probes = 0;
        int packets = 0;
        for (uint now = 20_000; now < 40_000; now++)
            packets += Turn(now).Count;
        _probes.ShouldBeInRange(15, 25);
        packets.ShouldBeLessThanOrEqualTo(_probes * (Redundancy.MostTransmissions + AutoParameters.Default.MoreInRuns));
    }

    [Test]
    public void An_outage_leaves_no_needless_copies_behind()
    {
        Write(1);
        Turn(Start);
        Answer(Start, Start + 50);
        Write(1);
        for (uint now = Start + 100; now < 5000; now++)
            Turn(now);
        uint time = 5000;
        // A thousand messages, each answered at once, and the loss is forgotten.
        int sent = 0;
        for (int i = 0; i < 1000; i++, time += 60)
        {
            sent = 0;
            Write(1);
            for (uint now = time; now < time + 50; now++)
                sent += Turn(now).Count;
            Answer(time, time + 50);
        }

        sent.ShouldBe(1);
    }

    [Test]
    public void Progress_calls_off_a_probe_that_has_not_left()
    {
        Write(30);
        for (uint now = Start; now < Start + 50; now++)
            Turn(now);
        // Time has come for two, but before one can leave, the first half is answered.
        _sender.Advance(Start + 5000);
        Answer(Start, Start + 5000, 15);
        Turn(Start + 5000).ShouldNotContain(TransmissionCause.Probe);
    }

    private void Write(int segments)
    {
        for (int i = 0; i < segments; i++)
            _send.TryAppend(new byte[Mss], 0).ShouldBeTrue();
    }

    private List<TransmissionCause> Turn(uint now)
    {
        var causes = new List<TransmissionCause>();
        // As a session does: once when time passes, once before it writes.
        _sender.Advance(now);
        _sender.Advance(now);
        while (_sender.TryNext(Window, out uint sn, out TransmissionCause cause))
        {
            _sender.OnSent(sn, cause, Mss);
            causes.Add(cause);
        }

        _sender.EndTurn();
        _probes += causes.Count(cause => cause == TransmissionCause.Probe);
        return causes;
    }

    private bool IsProbe(uint now) => Turn(now).Contains(TransmissionCause.Probe);

    /// <summary>The first of those under way are acknowledged, as of their transmission at a time.</summary>
    private void Answer(uint sentAt, uint now, int count = int.MaxValue)
    {
        uint end = _send.Una + (uint)Math.Min(count, _send.InFlight);
        _sender.BeginPacket(now);
        for (uint sn = _send.Una; sn != end; sn++)
            _sender.OnAck(sn, sentAt, sn == _send.Una);
        _sender.OnUna(end);
        _sender.EndPacket();
        _send.RemoveBefore(end);
    }
}
