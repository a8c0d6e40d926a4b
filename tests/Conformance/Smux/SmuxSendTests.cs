using KcpTun.Conformance.Support;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>Frames, windows and turns of the sender (PROTOCOL e.4, e.5).</summary>
public sealed class SmuxSendTests
{
    [TestCase(1)]
    [TestCase(8192)]
    [TestCase(65535)]
    public void Payloads_are_cut_at_the_frame_size(int frameSize)
    {
        SmuxPeer client = Client(new SmuxOptions { FrameSize = frameSize });
        uint id = client.Open();
        client.NextFrame().ShouldBe(Frames.Of(2, SmuxCommand.Syn, id));
        client.Write(id, new byte[(2 * frameSize) + 1]);
        Frames.Parse(client.Drain()).Select(frame => frame.Length).ShouldBe([frameSize, frameSize, 1]);
        client.NextFrame().ShouldBeEmpty();
    }

    [Test]
    public void Writes_that_wait_are_sent_together_in_one_frame()
    {
        SmuxPeer client = Client();
        uint id = client.Open();
        client.Drain();
        for (int i = 0; i < 100; i++)
            client.Write(id, new byte[10]);
        Frames.Parse(client.NextFrame()).ShouldHaveSingleItem().Length.ShouldBe(1000);
        client.Session.HasOutput.ShouldBeFalse("a stream has one data frame in the ring at a time");
    }

    [Test]
    public void Version_1_knows_no_window()
    {
        SmuxPeer client = Client(new SmuxOptions { Version = 1 });
        uint id = client.Open();
        client.Session.PeerWindow(id).ShouldBe(int.MaxValue);
        client.Write(id, new byte[1_000_000]);
        client.Drain().Length.ShouldBeGreaterThan(1_000_000);
        client.Session.PendingSend(id).ShouldBe(0);
    }

    [Test]
    public void A_frame_is_cut_at_the_window_and_the_stream_then_takes_no_turns()
    {
        SmuxPeer client = Client();
        uint id = client.Open();
        client.Write(id, new byte[400_000]);
        client.Feed(Frames.Update(id, 0, 10_000)).ShouldBe(SmuxInputResult.Ok);
        Frames.Parse(client.Drain()).Select(frame => frame.Length).ShouldBe([0, 8192, 1808]);
        client.Session.HasOutput.ShouldBeFalse();
        client.Session.PendingSend(id).ShouldBe(390_000);

        client.Feed(Frames.Update(id, 10_000, 5));
        Frames.Parse(client.Drain()).Select(frame => frame.Length).ShouldBe([5]);
        client.Feed(Frames.Update(id, 10_005, 0));
        client.Session.HasOutput.ShouldBeFalse();
    }

    [Test]
    public void A_window_taken_back_stops_a_frame_that_already_waits()
    {
        SmuxPeer client = Client();
        uint id = client.Open();
        client.Drain();
        client.Write(id, new byte[100]);
        client.Feed(Frames.Update(id, 0, 0));
        client.NextFrame().ShouldBeEmpty();
        client.Session.HasOutput.ShouldBeFalse();

        client.Feed(Frames.Update(id, 0, 60));
        Frames.Parse(client.Drain()).ShouldHaveSingleItem().Length.ShouldBe(60);
        client.Feed(Frames.Update(id, 0, 50));
        client.Session.PeerWindow(id).ShouldBe(-10);
        client.Session.HasOutput.ShouldBeFalse();
    }

    [Test]
    public void A_peer_that_consumed_more_than_was_sent_ends_the_session()
    {
        SmuxPeer client = Client();
        uint id = client.Open();
        client.Write(id, new byte[100]);
        client.Drain();
        client.Feed(Frames.Update(id, 100, 1000)).ShouldBe(SmuxInputResult.Ok);
        client.Feed(Frames.Update(id, 101, 1000)).ShouldBe(SmuxInputResult.PeerConsumedTooMuch);
    }

    [Test]
    public void Window_counters_wrap_at_32_bits()
    {
        var window = new SendWindow(isLimited: true);
        window.Available.ShouldBe(262144);
        for (int i = 0; i < 4; i++)
            window.OnSent(0x3FFF_FFFF);
        uint written = unchecked(4u * 0x3FFF_FFFF);
        window.TryUpdate(written - 10, 1000).ShouldBeTrue();
        window.Available.ShouldBe(990);
        window.OnSent(990);
        window.Available.ShouldBe(0);
        window.TryUpdate(unchecked(written + 500), 1000).ShouldBeTrue();
        window.Available.ShouldBe(510);
        window.TryUpdate(unchecked(written + 990), uint.MaxValue).ShouldBeTrue();
        window.Available.ShouldBe(-1, "a window of 2^31 and more is negative, as in the reference");
        window.TryUpdate(unchecked(written + 991), 1000).ShouldBeFalse();
    }

    [Test]
    public void An_update_is_due_at_the_first_read_and_at_every_half_window()
    {
        var window = default(ReceiveWindow);
        window.OnConsumed(1, streamBuffer: 1000).ShouldBeTrue();
        window.OnUpdateSent();
        window.OnConsumed(499, 1000).ShouldBeFalse();
        window.OnConsumed(1, 1000).ShouldBeTrue();
        window.OnUpdateSent();
        window.OnConsumed(500, 1000).ShouldBeTrue();
        window.Consumed.ShouldBe(1001u);
    }

    [Test]
    public void An_update_that_waits_carries_the_newest_values()
    {
        SmuxPeer client = Client(new SmuxOptions { StreamBuffer = 1000 });
        SmuxPeer server = new(new SmuxOptions { StreamBuffer = 1000 }, SmuxRole.Server);
        uint id = client.Open();
        client.Write(id, new byte[3000]);
        server.Feed(client.Drain());
        for (int i = 0; i < 30; i++)
            server.Read(id, 100);
        server.Drain().ShouldBe(Frames.Update(id, 3000, 1000));
    }

    [Test]
    public void Version_1_sends_no_updates()
    {
        SmuxPeer server = new(new SmuxOptions { Version = 1 }, SmuxRole.Server);
        server.Feed([.. Frames.Of(1, SmuxCommand.Syn, 3), .. Frames.Of(1, SmuxCommand.Psh, 3, 1, 2, 3)]);
        server.Read(3, 3).Length.ShouldBe(3);
        server.Session.HasOutput.ShouldBeFalse();
    }

    [Test]
    public void Control_overtakes_data_within_a_stream()
    {
        SmuxPeer client = Client();
        uint id = client.Open();
        client.Write(id, new byte[20_000]);
        client.NextFrame();
        client.NextFrame();
        client.Feed(Frames.Of(2, SmuxCommand.Psh, id, 1, 2, 3));
        client.Read(id, 3);
        Frames.Parse(client.Drain()).Select(frame => frame.Command)
            .ShouldBe([SmuxCommand.Upd, SmuxCommand.Psh, SmuxCommand.Psh]);
    }

    [Test]
    public void A_small_stream_waits_one_frame_for_each_bulk_stream()
    {
        SmuxPeer client = Client();
        uint[] bulk = [client.Open(), client.Open()];
        uint small = client.Open();
        client.Drain();
        foreach (uint id in bulk)
            client.Write(id, new byte[200_000]);
        for (int i = 0; i < 5; i++)
            client.NextFrame();
        client.Write(small, [1]);
        var order = Frames.Parse([.. client.NextFrame(), .. client.NextFrame(), .. client.NextFrame()]);
        order.Select(frame => frame.StreamId).ShouldBe([bulk[1], bulk[0], small]);
    }

    [Test]
    public void Ten_thousand_streams_share_the_line_frame_by_frame()
    {
        const int Streams = 10_000;
        SmuxPeer client = Client(new SmuxOptions { FrameSize = 10 });
        for (int i = 0; i < Streams; i++)
            client.Write(client.Open(), new byte[30]);
        Enumerable.Range(0, Streams).All(_ => client.NextFrame()[1] == (byte)SmuxCommand.Syn).ShouldBeTrue();
        for (int round = 0; round < 3; round++)
        {
            var served = new HashSet<uint>();
            for (int i = 0; i < Streams; i++)
                served.Add(SmuxFrame.ReadHeader(client.NextFrame()).StreamId).ShouldBeTrue();
        }

        client.Session.HasOutput.ShouldBeFalse();
    }

    [Test]
    public void Sending_and_receiving_allocate_nothing()
    {
        // The session talks to itself: its frames come back as if the peer had written them.
        var session = new SmuxSession(new SmuxOptions(), SmuxRole.Client, default);
        session.TryOpen(out uint id);
        byte[] frame = new byte[SmuxFrame.HeaderLength + 8192];
        var sink = new Sink();
        session.NextFrame(frame, sink);
        Exchange(session, id, frame, sink);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Exchange(session, id, frame, sink);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static SmuxPeer Client(SmuxOptions? options = null) => new(options ?? new SmuxOptions(), SmuxRole.Client);

    private static void Exchange(SmuxSession session, uint id, byte[] frame, Sink sink)
    {
        session.Offer(id, 8192);
        while (session.HasOutput)
            session.Input(frame.AsSpan(0, session.NextFrame(frame, sink)), default, sink);
        session.Consumed(id, 8192);
        session.HandleTimer(default);
    }

    private sealed class Sink : ISmuxHandler, ISmuxSource
    {
        public void OnOpened(uint streamId)
        {
        }

        public void OnData(uint streamId, ReadOnlySpan<byte> data)
        {
        }

        public void OnEndOfStream(uint streamId)
        {
        }

        public int Read(uint streamId, Span<byte> destination) => destination.Length;
    }
}
