using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>Keepalive and the 30-second check (PROTOCOL e.7).</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SmuxKeepAliveTests
{
    private readonly SmuxPeer _peer = new(new SmuxOptions { ReceiveBuffer = 100, StreamBuffer = 100 }, SmuxRole.Server);

    private SmuxSession Session => _peer.Session;

    [Test]
    public void A_NOP_is_sent_every_interval()
    {
        Hear(1);
        Session.NextDeadline.ShouldBe(Seconds(10));
        Session.HandleTimer(Seconds(10).AddMicroseconds(-1));
        Session.HasOutput.ShouldBeFalse();
        Session.HandleTimer(Seconds(10).AddMilliseconds(3));
        _peer.Drain().ShouldBe(Frames.Of(2, SmuxCommand.Nop, 0));
        Session.NextDeadline.ShouldBe(Seconds(20), "a late call does not shift the interval");
        Session.HandleTimer(Seconds(20));
        _peer.Drain().ShouldBe(Frames.Of(2, SmuxCommand.Nop, 0));
    }

    /// <summary>A server's session and its first frame begin with the same datagram.</summary>
    [Test]
    public void A_frame_in_the_moment_of_the_start_was_heard()
    {
        Hear(0);
        Session.HandleTimer(Seconds(10));
        _peer.Drain().ShouldBe(Frames.Of(2, SmuxCommand.Nop, 0));
    }

    [Test]
    public void NOPs_that_cannot_be_sent_do_not_pile_up()
    {
        Hear(1);
        for (int second = 1; second <= 25; second++)
            Session.HandleTimer(Seconds(second));
        Frames.Parse(_peer.Drain()).Count.ShouldBe(1);
    }

    /// <summary>It may talk to the rest of a session that another server, or this one before a restart, had.</summary>
    [Test]
    public void A_server_that_never_heard_a_frame_keeps_nothing_alive()
    {
        Session.HandleTimer(Seconds(10));
        Session.HasOutput.ShouldBeFalse();
        var client = new SmuxPeer(new SmuxSession(new SmuxOptions(), SmuxRole.Client, Instant.Zero));
        client.Session.HandleTimer(Seconds(10));
        client.Session.HasOutput.ShouldBeTrue();
    }

    [Test]
    public void A_missed_tick_is_not_made_up_for()
    {
        Session.HandleTimer(Seconds(27));
        Session.NextDeadline.ShouldBe(Seconds(30));
        Hear(29);
        Session.HandleTimer(Seconds(30));
        Session.NextDeadline.ShouldBe(Seconds(37));
    }

    [Test]
    public void A_session_that_never_hears_anything_dies_at_30_seconds()
    {
        Tick(29);
        Session.IsTimedOut.ShouldBeFalse();
        Tick(30);
        Session.IsTimedOut.ShouldBeTrue();
        Session.NextDeadline.ShouldBe(Instant.Never);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(29)]
    [TestCase(30)]
    public void One_that_goes_silent_dies_30_to_60_seconds_later(int lastFrame)
    {
        Hear(lastFrame);
        Session.LastActivity.ShouldBe(Seconds(lastFrame));
        Tick(30);
        Tick(59);
        Session.IsTimedOut.ShouldBeFalse();
        Tick(60);
        Session.IsTimedOut.ShouldBeTrue();
    }

    [Test]
    public void A_peer_that_keeps_talking_keeps_the_session()
    {
        for (int second = 1; second < 1000; second++)
        {
            if (second % 29 == 0)
                Hear(second);
            Tick(second);
        }

        Session.IsTimedOut.ShouldBeFalse();
    }

    [Test]
    public void A_part_of_a_header_is_no_sign_of_life()
    {
        Session.Input(Frames.Of(2, SmuxCommand.Nop, 0).AsSpan(0, 7), Seconds(5), _peer);
        Tick(30);
        Session.IsTimedOut.ShouldBeTrue();
    }

    [Test]
    public void Silence_proves_nothing_while_we_do_not_read()
    {
        _peer.Feed([.. Frames.Of(2, SmuxCommand.Syn, 3), .. Frames.Of(2, SmuxCommand.Psh, 3, new byte[100])]);
        Tick(30);
        Tick(60);
        Session.IsTimedOut.ShouldBeFalse();
        _peer.Read(3, 1);
        Tick(90);
        Session.IsTimedOut.ShouldBeTrue();
    }

    private static Instant Seconds(int seconds) => Instant.Zero.AddSeconds(seconds);

    private void Tick(int second) => Session.HandleTimer(Seconds(second));

    private void Hear(int second) =>
        Session.Input(Frames.Of(2, SmuxCommand.Nop, 0), Seconds(second), _peer).ShouldBe(SmuxInputResult.Ok);
}
