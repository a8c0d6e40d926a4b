using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>Stream ids and the limit of streams (PROTOCOL e.2, e.3).</summary>
public sealed class SmuxStreamIdTests
{
    [Test]
    public void A_client_opens_3_5_7_and_a_server_2_4_6()
    {
        var client = new SmuxPeer(new SmuxOptions(), SmuxRole.Client);
        var server = new SmuxPeer(new SmuxOptions(), SmuxRole.Server);
        new[] { client.Open(), client.Open(), client.Open() }.ShouldBe([3u, 5, 7]);
        new[] { server.Open(), server.Open(), server.Open() }.ShouldBe([2u, 4, 6]);
    }

    [TestCase(0xFFFFFFFBu, 0xFFFFFFFDu, 0xFFFFFFFFu)]
    [TestCase(0xFFFFFFFAu, 0xFFFFFFFCu, 0xFFFFFFFEu)]
    public void Opening_ends_when_the_ids_are_used_up_and_open_streams_go_on(uint last, uint first, uint second)
    {
        var peer = new SmuxPeer(new SmuxSession(new SmuxOptions(), Instant.Zero, lastOpenedId: last));
        peer.Open().ShouldBe(first);
        peer.Open().ShouldBe(second);
        peer.Session.TryOpen(out _).ShouldBeFalse();
        peer.Session.TryOpen(out _).ShouldBeFalse();

        peer.Drain();
        peer.Write(second, [1, 2, 3]);
        Frames.Parse(peer.Drain()).ShouldHaveSingleItem().StreamId.ShouldBe(second);
    }

    [Test]
    public void An_id_that_the_peer_has_opened_is_not_given_again()
    {
        var client = new SmuxPeer(new SmuxOptions(), SmuxRole.Client);
        client.Feed([.. Frames.Of(2, SmuxCommand.Syn, 3), .. Frames.Of(2, SmuxCommand.Syn, 5)]);
        client.Open().ShouldBe(7u);
    }

    [Test]
    public void A_stream_beyond_the_limit_is_refused_with_a_FIN_and_forgotten()
    {
        var server = new SmuxPeer(new SmuxOptions { MaxStreams = 2 }, SmuxRole.Server);
        foreach (uint id in new uint[] { 3, 5, 7, 9 })
            server.Feed(Frames.Of(2, SmuxCommand.Syn, id));
        server.Feed(Frames.Of(2, SmuxCommand.Psh, 7, 1, 2, 3));

        server.Opened.ShouldBe([3u, 5]);
        server.Session.RefusedStreams.ShouldBe(2);
        server.Session.StreamCount.ShouldBe(2);
        server.Session.BytesUnread.ShouldBe(0);
        server.Session.TryOpen(out _).ShouldBeFalse();
        Frames.Parse(server.Drain()).ShouldBe(
            [new SmuxFrame(2, SmuxCommand.Fin, 0, 7), new SmuxFrame(2, SmuxCommand.Fin, 0, 9)]);

        server.Session.Close(3);
        server.Drain();
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 11));
        server.Opened.ShouldBe([3u, 5, 11]);
    }

    [Test]
    public void A_flood_of_refused_streams_queues_a_bounded_number_of_answers()
    {
        const int Flood = 100_000;
        var server = new SmuxPeer(new SmuxOptions { MaxStreams = 1 }, SmuxRole.Server);
        for (uint id = 3; id <= 3 + Flood; id++)
            server.Feed(Frames.Of(2, SmuxCommand.Syn, id));

        server.Session.RefusedStreams.ShouldBe(Flood);
        Frames.Parse(server.Drain()).Count.ShouldBe(SmuxSession.MaxQueuedRefusals);
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 1));
        Frames.Parse(server.Drain()).ShouldHaveSingleItem().StreamId.ShouldBe(1u);
    }

    [Test]
    public void Ten_thousand_streams_come_and_go_and_leave_nothing()
    {
        var client = new SmuxPeer(new SmuxOptions { MaxStreams = 10 }, SmuxRole.Client);
        var server = new SmuxPeer(new SmuxOptions { MaxStreams = 10 }, SmuxRole.Server);
        for (int i = 0; i < 10_000; i++)
        {
            uint id = client.Open();
            client.Write(id, [1, 2, 3]);
            server.Feed(client.Drain());
            if (i % 2 == 0)
                server.Read(id, 3);
            client.Session.Close(id);
            server.Session.Close(id);
            server.Feed(client.Drain());
            client.Feed(server.Drain());
        }

        foreach (SmuxSession session in new[] { client.Session, server.Session })
        {
            session.StreamCount.ShouldBe(0);
            session.BytesUnread.ShouldBe(0);
            session.HasOutput.ShouldBeFalse();
        }
    }
}
