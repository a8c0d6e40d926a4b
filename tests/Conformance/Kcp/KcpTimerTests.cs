using KcpTun.Conformance.Kcp.Reference;
using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>The flush schedule: kcp-go's points in time, without the ones at which nothing could happen.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class KcpTimerTests
{
    private const uint Start = 1000;

    private readonly PacketPool _pool = new(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
    private readonly PacketCollector _output = new(1400);

    [Test]
    public void First_timer_is_due_at_creation_and_an_idle_session_has_no_deadline()
    {
        KcpSession session = NewSession();
        session.TryGetDeadline(Start, out uint deadline).ShouldBeTrue();
        deadline.ShouldBe(Start);
        session.HandleTimer(Start, _output);
        session.TryGetDeadline(Start, out _).ShouldBeFalse();
        _output.Take().ShouldBeEmpty();
    }

    [TestCase(1007u, 1030u)]
    [TestCase(1030u, 1030u)]
    [TestCase(1031u, 1060u)]
    [TestCase(90_001u, 90_010u)]
    public void Work_after_idleness_waits_for_the_next_point_of_the_grid(uint arrival, uint expected)
    {
        KcpSession session = Started();
        session.Input(Segments.Push(0, [1]), true, false, arrival, _output).ShouldBe(KcpInputResult.Ok);
        session.TryGetDeadline(arrival, out uint deadline).ShouldBeTrue();
        deadline.ShouldBe(expected);
        session.HandleTimer(expected - 1, _output);
        _output.Take().ShouldBeEmpty();
        session.HandleTimer(expected, _output);
        _output.Take().Length.ShouldBe(1);
    }

    [Test]
    public void Late_timer_is_due_at_once_and_starts_the_grid_anew()
    {
        KcpSession session = Started();
        session.Input(Segments.Push(0, [1]), true, false, 1007, _output);
        session.TryGetDeadline(1007, out _).ShouldBeTrue();
        session.TryGetDeadline(1050, out uint deadline).ShouldBeTrue();
        deadline.ShouldBe(1030u);
        session.HandleTimer(1050, _output);
        session.Input(Segments.Push(1, [1]), true, false, 1055, _output);
        session.TryGetDeadline(1055, out deadline).ShouldBeTrue();
        deadline.ShouldBe(1080u);
    }

    [Test]
    public void Data_in_flight_is_flushed_every_interval_and_at_its_timeout()
    {
        KcpSession session = Started();
        session.TrySend([1, 2, 3]).ShouldBeTrue();
        session.Flush(1010, _output);
        var flushes = new List<uint>();
        for (int i = 0; i < 8; i++)
        {
            session.TryGetDeadline(1010, out uint deadline).ShouldBeTrue();
            session.HandleTimer(deadline, _output);
            flushes.Add(deadline);
        }

        // The initial timeout is 200 ms.
        flushes.ShouldBe([1030u, 1060u, 1090u, 1120u, 1150u, 1180u, 1210u, 1240u]);
    }

    [Test]
    public void Closed_window_is_probed_without_spinning([Values] bool hasData)
    {
        KcpSession session = Started();
        session.Input(Segments.Tell(0, 0), true, false, 1005, _output);
        if (hasData)
            session.TrySend([1]).ShouldBeTrue();
        var flushes = new List<uint>();
        var probes = new List<uint>();
        uint now = 1005;
        while (session.TryGetDeadline(now, out uint deadline) && deadline < 10_000)
        {
            now = deadline;
            session.HandleTimer(now, _output);
            flushes.Add(now);
            if (_output.Take().Length > 0)
                probes.Add(now);
        }

        // Armed at 1030, then waits of 500, 750, 1125, ... each up to the next point of the 30 ms grid.
        probes.ShouldBe([1540u, 2290u, 3430u, 5140u, 7690u]);
        flushes.Count.ShouldBe(probes.Count + 1);
    }

    /// <summary>
    /// The peer's reader was full when the segment came; when it had room, the packet that said so was lost, and a
    /// window of an older packet was taken for it. Only an answer to a question can move una now.
    /// </summary>
    [Test]
    public void Standstill_with_everything_acknowledged_is_ended_by_a_probe([Values] KcpDialect dialect)
    {
        KcpSession session = NewSession(Options() with { Dialect = dialect, SendWindow = 1 });
        session.HandleTimer(Start, _output);
        session.TrySend([1]).ShouldBeTrue();
        session.Flush(1010, _output);
        session.Input(Segments.Ack(0, 1010, una: 0, wnd: 0), true, false, 1050, _output);
        session.Input(Segments.Tell(0, 1), true, false, 1055, _output);
        session.TrySend([2]).ShouldBeTrue();
        _output.Take();
        uint now = 1055;
        while (_output.Packets.Count == 0 && now < 20_000)
        {
            session.TryGetDeadline(now, out now).ShouldBeTrue();
            session.HandleTimer(now, _output);
        }

        KcpHeader probe = Segments.Parse(_output.Take().ShouldHaveSingleItem()).ShouldHaveSingleItem();
        probe.Command.ShouldBe(KcpHeader.WindowProbe);
        now.ShouldBe(dialect == KcpDialect.Release2026 ? 1540u : 8050u);
        session.Input(Segments.Tell(1, 1), true, false, now + 5, _output);
        session.SendUna.ShouldBe(1u);
        Segments.Parse(_output.Take().ShouldHaveSingleItem()).ShouldHaveSingleItem().SequenceNumber.ShouldBe(1u);
    }

    [Test]
    public void Grid_survives_months_of_idleness()
    {
        KcpSession session = Started();
        uint now = Start;
        for (int hour = 0; hour < 24 * 90; hour++)
        {
            now = unchecked(now + 3_600_000);
            session.TryGetDeadline(now, out _).ShouldBeFalse();
        }

        session.Input(Segments.Push(0, [1]), true, false, now, _output);
        session.TryGetDeadline(now, out uint deadline).ShouldBeTrue();
        unchecked((int)(deadline - now)).ShouldBeInRange(0, 29);
    }

    /// <summary>The reference flushes every <c>next</c> ms for ever; we must emit the same at the same times.</summary>
    [Test]
    public void Skipped_points_would_have_done_nothing([Range(0, 39)] int seed)
    {
        var dice = new Random(seed);
        KcpOptions options = Options() with
        {
            Interval = dice.Next(10, 50),
            NoDelay = dice.Next(2),
            CongestionControl = dice.Next(2) == 0,
            Dialect = (KcpDialect)dice.Next(2),
            ReceiveWindow = dice.Next(1, 6),
        };
        KcpSession session = NewSession(options);
        var reference = new ReferenceArq(ReferenceSettings.From(options));
        int activity = dice.Next(2, 400);
        uint timerAt = Start;
        for (uint now = Start; now < Start + 12_000; now++)
        {
            if (dice.Next(activity) == 0)
                Act(dice, session, reference, now);
            if (timerAt == now)
                timerAt = now + (uint)reference.Flush(now);
            if (session.TryGetDeadline(now, out uint deadline) && deadline == now)
                session.HandleTimer(now, _output);
            if (_output.Packets.Count + reference.Output.Count > 0)
            {
                _output.Take().Select(Convert.ToHexString)
                    .ShouldBe(reference.Output.Select(Convert.ToHexString), $"{now} ms");
            }

            reference.Output.Clear();
            if (!LockstepEndpoint.State(session).AsSpan().SequenceEqual(reference.State()))
                LockstepEndpoint.State(session).ShouldBe(reference.State(), $"{now} ms");
        }
    }

    private static KcpOptions Options() =>
        new() { Conversation = Segments.Conversation, Interval = 30, Resend = 2, CongestionControl = false };

    private void Act(Random dice, KcpSession session, ReferenceArq reference, uint now)
    {
        byte[]? packet = null;
        switch (dice.Next(6))
        {
            case 0:
                packet = Segments.Push(session.ReceiveNext + (uint)dice.Next(3), [7], una: session.SendUna);
                break;
            case 1:
                packet = Segments.Tell(session.SendUna, (ushort)(dice.Next(2) * dice.Next(9)));
                break;
            case 2:
                packet = Segments.Ack(session.SendUna, now - (uint)dice.Next(200), session.SendNext);
                break;
            case 3:
                session.TrySend([1, 2, 3]).ShouldBeTrue();
                reference.Send([1, 2, 3]);
                break;
            case 4:
                session.Flush(now, _output).ShouldBe(reference.Flush(now));
                break;
            default:
                session.Receive(new byte[2000]).ShouldBe(reference.Receive()?.Length ?? 0);
                break;
        }

        if (packet is null)
            return;
        session.Input(packet, true, false, now, _output).ShouldBe(KcpInputResult.Ok);
        reference.Absorb(packet, true, now).ShouldBe(0);
        reference.Settle(false, now);
    }

    private KcpSession Started()
    {
        KcpSession session = NewSession();
        session.HandleTimer(Start, _output);
        session.TryGetDeadline(Start, out _).ShouldBeFalse();
        return session;
    }

    private KcpSession NewSession(KcpOptions? options = null) => new(options ?? Options(), _pool, new SnmpCounters());
}
