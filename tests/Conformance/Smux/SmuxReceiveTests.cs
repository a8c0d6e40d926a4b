using KcpTun.Conformance.Support;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>Parsing and the receive bucket (PROTOCOL e.3, e.4).</summary>
public sealed class SmuxReceiveTests
{
    private static byte[] Conversation { get; } =
    [
        .. Frames.Of(2, SmuxCommand.Syn, 3),
        .. Frames.Of(2, SmuxCommand.Psh, 3, Vectors.Lcg(1, 700)),
        .. Frames.Of(2, SmuxCommand.Nop, 0),
        .. Frames.Of(2, SmuxCommand.Syn, 5),
        .. Frames.Update(3, 0, 1000),
        .. Frames.Of(2, SmuxCommand.Psh, 99, Vectors.Lcg(2, 50)),
        .. Frames.Of(2, SmuxCommand.Psh, 5, Vectors.Lcg(3, 300)),
        .. Frames.Update(99, 7, 7),
        .. Frames.Of(2, SmuxCommand.Psh, 3),
        .. Frames.Of(2, SmuxCommand.Psh, 3, Vectors.Lcg(4, 20)),
        .. Frames.Of(2, SmuxCommand.Fin, 3),
        .. Frames.Of(2, SmuxCommand.Fin, 99),
    ];

    [Test]
    public void However_the_bytes_are_cut_the_events_are_the_same()
    {
        int[] cuts = [1, 2, 3, 7, 8, 9, 15, 16, 17, 100, 701, Conversation.Length];
        foreach (int cut in cuts)
            AssertConversation(Feed(_ => cut));
        for (uint seed = 0; seed < 200; seed++)
        {
            byte[] sizes = Vectors.Lcg(seed, Conversation.Length);
            AssertConversation(Feed(i => 1 + (sizes[i] % 40)));
        }
    }

    [Test]
    public void Nothing_is_accepted_after_a_fatal_frame()
    {
        SmuxPeer server = Server();
        server.Feed([.. Frames.Of(2, (SmuxCommand)5, 3), .. Frames.Of(2, SmuxCommand.Syn, 3)])
            .ShouldBe(SmuxInputResult.UnknownCommand);
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 5)).ShouldBe(SmuxInputResult.UnknownCommand);
        server.Opened.ShouldBeEmpty();
    }

    [Test]
    public void The_bucket_empties_with_delivery_and_fills_with_consumption()
    {
        SmuxPeer server = Server(new SmuxOptions { ReceiveBuffer = 1000, StreamBuffer = 1000 });
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 3));
        server.Feed(Frames.Of(2, SmuxCommand.Psh, 3, new byte[999]));
        server.Session.CanReceive.ShouldBeTrue();
        server.Feed(Frames.Of(2, SmuxCommand.Psh, 3, new byte[200]));
        server.Session.CanReceive.ShouldBeFalse();
        server.Session.BytesUnread.ShouldBe(1199);

        server.Read(3, 199);
        server.Session.CanReceive.ShouldBeFalse();
        server.Read(3, 1);
        server.Session.CanReceive.ShouldBeTrue();
        server.Read(3, 1000);
        server.Session.BytesUnread.ShouldBe(0);
    }

    [Test]
    public void A_payload_is_charged_and_delivered_piece_by_piece()
    {
        SmuxPeer server = Server();
        byte[] frame = Frames.Of(2, SmuxCommand.Psh, 3, Vectors.Lcg(5, 100));
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 3));
        server.Feed(frame.AsSpan(0, SmuxFrame.HeaderLength + 30));
        server.Session.BytesUnread.ShouldBe(30);
        server.Read(3, 100).Length.ShouldBe(30);
        server.Feed(frame.AsSpan(SmuxFrame.HeaderLength + 30));
        server.Session.BytesUnread.ShouldBe(70);
    }

    [Test]
    public void Closing_in_the_middle_of_a_payload_discards_the_rest_without_cost()
    {
        SmuxPeer server = Server();
        byte[] frame = Frames.Of(2, SmuxCommand.Psh, 3, Vectors.Lcg(5, 100));
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 3));
        server.Feed(frame.AsSpan(0, 50));
        server.Session.Close(3);
        server.Session.BytesUnread.ShouldBe(0);
        server.Feed([.. frame.AsSpan(50), .. Frames.Of(2, SmuxCommand.Syn, 5)]).ShouldBe(SmuxInputResult.Ok);
        server.Session.BytesUnread.ShouldBe(0);
        server.Received(3).ShouldBe(42);
        server.Opened.ShouldBe([3u, 5]);
    }

    [Test]
    public void The_rest_of_a_payload_does_not_reach_a_new_stream_of_the_same_id()
    {
        SmuxPeer server = Server();
        byte[] frame = Frames.Of(2, SmuxCommand.Psh, 3, Vectors.Lcg(5, 100));
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 3));
        server.Feed(frame.AsSpan(0, 50));
        server.Session.Close(3);
        server.Drain();
        server.Session.StreamCount.ShouldBe(0);
        server.Feed([.. frame.AsSpan(50), .. Frames.Of(2, SmuxCommand.Syn, 3), .. frame.AsSpan(0, 20)]);
        server.Session.BytesUnread.ShouldBe(12);
    }

    [Test]
    public void A_handler_may_close_the_stream_whose_data_it_is_given()
    {
        SmuxPeer server = Server();
        server.WhileReceiving = id => server.Session.Close(id);
        server.Feed(Frames.Of(2, SmuxCommand.Syn, 3));
        byte[] frame = Frames.Of(2, SmuxCommand.Psh, 3, new byte[10]);
        server.Feed(frame.AsSpan(0, 12));
        server.Feed([.. frame.AsSpan(12), .. frame]).ShouldBe(SmuxInputResult.Ok);
        server.Session.BytesUnread.ShouldBe(0);
        server.Received(3).ShouldBe(4);
    }

    [Test]
    public void Data_behind_the_FIN_and_a_second_FIN_are_ignored()
    {
        SmuxPeer server = Server();
        server.Feed(
        [
            .. Frames.Of(2, SmuxCommand.Syn, 3),
            .. Frames.Of(2, SmuxCommand.Fin, 3),
            .. Frames.Of(2, SmuxCommand.Psh, 3, 1, 2, 3),
            .. Frames.Of(2, SmuxCommand.Fin, 3),
        ]).ShouldBe(SmuxInputResult.Ok);
        server.Ended.ShouldBe([3u]);
        server.Session.BytesUnread.ShouldBe(0);
        server.Session.HasReceivedEnd(3).ShouldBeTrue();
    }

    [Test]
    public void Consuming_more_than_was_delivered_is_an_error_of_the_caller()
    {
        SmuxPeer server = Server();
        server.Feed([.. Frames.Of(2, SmuxCommand.Syn, 3), .. Frames.Of(2, SmuxCommand.Psh, 3, 1, 2, 3)]);
        Should.Throw<ArgumentOutOfRangeException>(() => server.Session.Consumed(3, 4));
        server.Session.Close(3);
        server.Session.Consumed(3, 3);
        server.Session.BytesUnread.ShouldBe(0);
    }

    [Test]
    public void Random_bytes_never_throw()
    {
        for (uint seed = 0; seed < 3000; seed++)
        {
            byte[] bytes = Vectors.Lcg(seed, 600);
            int version = 1 + (int)(seed % 2);

            // Plausible headers with short payloads reach further than plain noise.
            for (int i = 0; seed % 3 != 0 && i + 8 < bytes.Length; i += 8 + (bytes[i + 2] & 15))
            {
                bytes[i] = (byte)version;
                bytes[i + 1] %= 5;
                bytes[i + 2] &= 15;
                bytes[i + 3] = bytes[i + 5] = bytes[i + 6] = bytes[i + 7] = 0;
                bytes[i + 4] &= 7;
            }

            SmuxPeer server = Server(new SmuxOptions { Version = version, MaxStreams = 4 });
            for (int i = 0; i < bytes.Length; i += 50)
                server.Feed(bytes.AsSpan(i, 50));
            server.Session.StreamCount.ShouldBeLessThanOrEqualTo(4);
            foreach (uint id in server.Opened)
                server.Session.Close(id);
            server.Session.BytesUnread.ShouldBe(0);
            server.Drain();
            server.Session.StreamCount.ShouldBe(0);
        }
    }

    private static SmuxPeer Server(SmuxOptions? options = null) => new(options ?? new SmuxOptions(), SmuxRole.Server);

    private static SmuxPeer Feed(Func<int, int> cut)
    {
        SmuxPeer server = Server();
        for (int offset = 0, i = 0; offset < Conversation.Length; i++)
        {
            int length = Math.Min(cut(i), Conversation.Length - offset);
            server.Feed(Conversation.AsSpan(offset, length)).ShouldBe(SmuxInputResult.Ok);
            offset += length;
        }

        return server;
    }

    private static void AssertConversation(SmuxPeer server)
    {
        server.Opened.ShouldBe([3u, 5]);
        server.Ended.ShouldBe([3u]);
        server.Session.BytesUnread.ShouldBe(1020);
        server.Session.PeerWindow(3).ShouldBe(1000);
        server.Read(3, 5000).ShouldBe([.. Vectors.Lcg(1, 700), .. Vectors.Lcg(4, 20)]);
        server.Read(5, 5000).ShouldBe(Vectors.Lcg(3, 300));
    }
}
