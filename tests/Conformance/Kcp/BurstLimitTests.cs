using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>What a session hands over at once where receivers have finite buffers.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BurstLimitTests
{
    private const int Window = 1024;

    private readonly PacketPool _pool = new(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
    private readonly PacketCollector _output = new(1400);
    private uint _acknowledged;

    [Test]
    public void The_window_of_the_first_round_trip_leaves_as_64_segments_a_millisecond()
    {
        const uint RoundTrip = 100;
        KcpSession session = NewSession(limitsBursts: true);
        session.TrySend([1]).ShouldBeTrue();
        session.RequestFlush();
        Send(session, now: 1);
        Acknowledge(session, una: 1, sentAt: 1, now: RoundTrip);
        Fill(session);
        for (uint now = RoundTrip + 1; now <= RoundTrip + (Window / 64); now++)
        {
            Send(session, now).ShouldBe(64);
            session.TryGetDeadline(now, out uint deadline).ShouldBeTrue();
            if (now < RoundTrip + (Window / 64))
                deadline.ShouldBe(now + 1);
            else
                deadline.ShouldBeGreaterThan(now + 1, "nothing is held back any more");
        }
    }

    [Test]
    public void Without_the_limit_it_leaves_at_once()
    {
        KcpSession session = NewSession(limitsBursts: false);
        Fill(session);
        Send(session, now: 1).ShouldBe(Window);
    }

    [Test]
    public void A_peer_that_loses_nothing_gets_whole_windows_before_50_ms_have_passed()
    {
        KcpSession session = NewSession(limitsBursts: true);
        uint now = 0;
        int largest = 0;
        while (largest < Window && ++now < 1000)
        {
            Fill(session);
            largest = Math.Max(largest, Send(session, now));
            Acknowledge(session, session.SendNext, sentAt: now, now);
        }

        now.ShouldBeLessThan(50u);
    }

    [Test]
    public void A_peer_that_loses_every_second_segment_gets_fewer_down_to_32_a_millisecond()
    {
        var limit = new BurstLimit();
        uint now = 0;
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 5; i++)
            {
                int admitted = limit.Allowance(++now);
                limit.OnFlush(admitted, resent: admitted / 2, wasBound: true, srtt: 1, now);
            }
        }

        limit.Allowance(now + 100).ShouldBe(32);
    }

    [Test]
    public void A_path_that_loses_a_tenth_is_not_slowed_down()
    {
        var limit = new BurstLimit();
        uint now = 0;
        for (int i = 0; i < 1000; i++)
        {
            int admitted = limit.Allowance(++now);
            limit.OnFlush(admitted, resent: admitted / 10, wasBound: true, srtt: 1, now);
        }

        limit.Allowance(now + 100).ShouldBe(4096);
    }

    [Test]
    public void Retransmissions_take_the_room_of_new_segments()
    {
        var limit = new BurstLimit();
        limit.Allowance(1).ShouldBe(64);
        limit.OnFlush(admitted: 0, resent: 160, wasBound: true, srtt: 100, now: 1);
        limit.Allowance(2).ShouldBe(0);
        limit.Allowance(3).ShouldBe(32);
        limit.Allowance(4).ShouldBe(64);
    }

    [Test]
    public void The_clock_may_go_round()
    {
        var limit = new BurstLimit();
        limit.OnFlush(limit.Allowance(uint.MaxValue), resent: 0, wasBound: true, srtt: 100, uint.MaxValue);
        limit.Allowance(uint.MaxValue).ShouldBe(0);
        limit.Allowance(0).ShouldBe(64);
        limit.OnFlush(64, resent: 0, wasBound: true, srtt: 100, now: 0);
        limit.Allowance(uint.MaxValue / 4 * 3).ShouldBe(64, "a silence of half the clock's range");
    }

    private KcpSession NewSession(bool limitsBursts)
    {
        var session = new KcpSession(
            new KcpOptions
            {
                Conversation = Segments.Conversation,
                NoDelay = 1,
                Interval = 10,
                CongestionControl = false,
                SendWindow = Window,
                StreamMode = false,
                Dialect = KcpDialect.Release2026,
                LimitsBursts = limitsBursts,
            },
            _pool,
            new SnmpCounters());
        session.HandleTimer(0, _output);
        Acknowledge(session, una: 0, sentAt: 0, now: 0);
        return session;
    }

    private static void Fill(KcpSession session)
    {
        while (session.WaitSend < Window)
            session.TrySend(new byte[session.Mss]).ShouldBeTrue();
        session.RequestFlush();
    }

    /// <returns>Segments that left at this millisecond.</returns>
    private int Send(KcpSession session, uint now)
    {
        session.Settle(ackNoDelay: false, now, _output);
        session.HandleTimer(now, _output);
        return _output.Take().Length;
    }

    private void Acknowledge(KcpSession session, uint una, uint sentAt, uint now)
    {
        if (una != _acknowledged)
            session.Absorb(Segments.Ack(una - 1, sentAt, una, Window), true, now).ShouldBe(KcpInputResult.Ok);
        else
            session.Absorb(Segments.Tell(una, Window), true, now).ShouldBe(KcpInputResult.Ok);
        _acknowledged = una;
    }
}
