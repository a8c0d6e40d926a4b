using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>Half-close, close and abort (PROTOCOL e.6).</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SmuxCloseTests
{
    private readonly SmuxPeer _client = new(new SmuxOptions(), SmuxRole.Client);
    private uint _id;

    [SetUp]
    public void Open()
    {
        _id = _client.Open();
        _client.Drain();
    }

    [Test]
    public void A_FIN_follows_everything_that_was_offered()
    {
        _client.Write(_id, new byte[10_000]);
        _client.Session.CloseWrite(_id);
        _client.Session.HasSentEnd(_id).ShouldBeFalse();
        Sent().ShouldBe([(SmuxCommand.Psh, 8192), (SmuxCommand.Psh, 1808), (SmuxCommand.Fin, 0)]);
        _client.Session.HasSentEnd(_id).ShouldBeTrue();
    }

    [Test]
    public void Only_one_FIN_is_sent_whatever_follows()
    {
        _client.Session.CloseWrite(_id);
        _client.Session.CloseWrite(_id);
        Sent().ShouldBe([(SmuxCommand.Fin, 0)]);
        _client.Session.CloseWrite(_id);
        _client.Session.Close(_id);
        _client.Session.Close(_id);
        _client.Session.Abort(_id);
        Sent().ShouldBeEmpty();
        _client.Session.StreamCount.ShouldBe(0);
    }

    [Test]
    public void What_is_offered_after_a_close_is_ignored()
    {
        _client.Session.CloseWrite(_id);
        _client.Session.Offer(_id, 100);
        Sent().ShouldBe([(SmuxCommand.Fin, 0)]);
        _client.Session.Offer(_id, 100);
        _client.Session.PendingSend(_id).ShouldBe(0);
        _client.Session.HasOutput.ShouldBeFalse();
    }

    [Test]
    public void A_half_closed_stream_goes_on_receiving_until_it_is_closed()
    {
        _client.Session.CloseWrite(_id);
        _client.Drain();
        _client.Feed([.. Frames.Of(2, SmuxCommand.Psh, _id, 1, 2, 3), .. Frames.Of(2, SmuxCommand.Fin, _id)]);
        _client.Ended.ShouldBe([_id]);
        _client.Session.IsOpen(_id).ShouldBeTrue("both ends are done, but the data has not been read");
        _client.Read(_id, 10).ShouldBe([1, 2, 3]);
        _client.Drain();
        _client.Session.Close(_id);
        _client.Session.StreamCount.ShouldBe(0);
    }

    [Test]
    public void A_close_sends_what_was_offered_and_hides_what_arrives()
    {
        _client.Feed(Frames.Of(2, SmuxCommand.Psh, _id, new byte[500]));
        _client.Write(_id, new byte[100]);
        _client.Session.Close(_id);
        _client.Session.IsOpen(_id).ShouldBeFalse();
        _client.Session.BytesUnread.ShouldBe(0);
        _client.Session.StreamCount.ShouldBe(1);

        _client.Feed([.. Frames.Of(2, SmuxCommand.Psh, _id, new byte[500]), .. Frames.Of(2, SmuxCommand.Fin, _id)]);
        _client.Received(_id).ShouldBe(500);
        _client.Ended.ShouldBeEmpty();
        _client.Session.BytesUnread.ShouldBe(0);
        Sent().ShouldBe([(SmuxCommand.Psh, 100), (SmuxCommand.Fin, 0)]);
        _client.Session.StreamCount.ShouldBe(0);
    }

    [Test]
    public void A_close_waits_for_the_window_and_an_abort_ends_the_wait()
    {
        _client.Write(_id, new byte[300_000]);
        _client.Session.Close(_id);
        _client.Drain();
        _client.Session.PendingSend(_id).ShouldBe(300_000 - 262_144);
        _client.Session.HasOutput.ShouldBeFalse();
        _client.Feed(Frames.Update(_id, 262_144, 1000));
        Sent().ShouldBe([(SmuxCommand.Psh, 1000)]);

        _client.Session.Abort(_id);
        Sent().ShouldBe([(SmuxCommand.Fin, 0)]);
        _client.Session.StreamCount.ShouldBe(0);
    }

    [Test]
    public void An_abort_drops_what_was_offered()
    {
        _client.Write(_id, new byte[10_000]);
        _client.NextFrame();
        _client.Session.Abort(_id);
        _client.Session.PendingSend(_id).ShouldBe(0);
        Sent().ShouldBe([(SmuxCommand.Fin, 0)]);
        _client.Session.StreamCount.ShouldBe(0);
    }

    [Test]
    public void A_stream_closed_before_its_SYN_was_sent_sends_SYN_and_FIN()
    {
        uint id = _client.Open();
        _client.Session.Close(id);
        Frames.Parse(_client.Drain())
            .ShouldBe([new SmuxFrame(2, SmuxCommand.Syn, 0, id), new SmuxFrame(2, SmuxCommand.Fin, 0, id)]);
        _client.Session.IsOpen(id).ShouldBeFalse();
    }

    [Test]
    public void A_stream_with_an_update_to_send_is_forgotten_after_it()
    {
        _client.Session.CloseWrite(_id);
        _client.Drain();
        _client.Feed(Frames.Of(2, SmuxCommand.Psh, _id, 1, 2, 3));
        _client.Read(_id, 3);
        _client.Session.Close(_id);
        _client.Session.StreamCount.ShouldBe(1);
        Sent().ShouldBe([(SmuxCommand.Upd, 8)]);
        _client.Session.StreamCount.ShouldBe(0);
    }

    [Test]
    public void Actions_on_unknown_streams_do_nothing()
    {
        SmuxSession session = _client.Session;
        session.Offer(99, 10);
        session.Consumed(99, 10);
        session.CloseWrite(99);
        session.Close(99);
        session.Abort(99);
        session.HasOutput.ShouldBeFalse();
        session.PendingSend(99).ShouldBe(0);
        session.PeerWindow(99).ShouldBe(0);
        session.HasSentEnd(99).ShouldBeFalse();
        session.HasReceivedEnd(99).ShouldBeFalse();
        session.StreamCount.ShouldBe(1);
    }

    private (SmuxCommand Command, int Length)[] Sent() =>
        [.. Frames.Parse(_client.Drain()).Select(frame => (frame.Command, frame.Length))];
}
