using KcpTun.Crypt;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Wire;
using KcpTun.Snappy;
using static KcpTun.Conformance.Sim.Conform.Wire.Peers;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>Layers snappy and smux: what is below the events runs by itself.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StreamPeerTests
{
    [Test]
    public void Frames_travel_in_one_write_and_arrive_one_by_one()
    {
        PlayedPeer client = Create(WireLayer.Smux, isClient: true, version: 2);
        PlayedPeer server = Create(WireLayer.Smux, isClient: false, version: 2);
        client.Sends(
            P("SYN", "sid".Is(3)),
            P("UPD", "sid".Is(3), "consumed".Is(5)),
            P("NOP"),
            P("FRAME", "cmd".Is(9), "ver".Is(7), "data".Is([1])));
        Settle(client, server);
        PacketText.Format(server.TakeAll()).ShouldBe(
            "SYN ver=2 len=0 sid=3 + UPD ver=2 len=8 sid=3 consumed=5 window=2097152 + NOP ver=2 len=0 sid=0 "
            + "+ FRAME ver=7 cmd=9 len=1 sid=0 data=hex:01");
        client.Outgoing.ShouldBeEmpty();
        client.NextDeadline.ShouldBe(Instant.Never, "everything is acknowledged");
    }

    [Test]
    public void A_frame_that_lies_about_its_length_takes_the_bytes_behind_it()
    {
        PlayedPeer client = Create(WireLayer.Smux, isClient: true);
        PlayedPeer server = Create(WireLayer.Smux, isClient: false);
        client.Sends(P("PSH", "sid".Is(3), "len".Is(10), "data".Is([1, 2])), P("NOP"));
        Settle(client, server);
        server.TakeAll().ShouldHaveSingleItem().Data().ShouldBe([1, 2, 1, 3, 0, 0, 0, 0, 0, 0]);
    }

    [Test]
    public void Chunks_show_their_data_and_bad_ones_their_bytes()
    {
        PlayedPeer client = Create(WireLayer.Snappy, isClient: true, isCompressed: true);
        PlayedPeer server = Create(WireLayer.Snappy, isClient: false, isCompressed: true);
        byte[] data = new byte[40];
        client.Sends(P("CHUNK", "type".Is(0xFF)), P("CHUNK", "data".Is([1, 2])));
        client.Sends(P("CHUNK", "type".Is(0), "data".Is(data)), P("CHUNK", "crc".Is(1), "data".Is([9])));
        client.Sends(
            P("CHUNK", "type".Is(0xFE), "raw".Is([0, 0])), P("CHUNK", "type".Is(2), "len".Is(1), "raw".Is([7])));
        client.Sends(Around("CHUNK", [P("SYN", "sid".Is(3))]));
        Settle(client, server);
        List<Packet> chunks = server.TakeAll();
        chunks.Select(chunk => chunk.Number("type")).ShouldBe([0xFF, 1, 0, 1, 0xFE, 2, 1]);
        chunks[0].Data("raw").ShouldBe("sNaPpY"u8.ToArray());
        chunks[1].Data().ShouldBe([1, 2]);
        chunks[1].Number("crc").ShouldBe(Crc32C.Masked([1, 2]));
        chunks[2].Data().ShouldBe(data);
        chunks[2].Number("len").ShouldBeLessThan(40);
        chunks[3].Data("raw").ShouldBe([1, 0, 0, 0, 9]);
        chunks[6].Data().ShouldBe([1, 0, 0, 0, 3, 0, 0, 0]);
    }

    [Test]
    public void A_chunk_too_long_to_be_one_is_passed_over()
    {
        PlayedPeer client = Create(WireLayer.Snappy, isClient: true, isCompressed: true);
        PlayedPeer server = Create(WireLayer.Snappy, isClient: false, isCompressed: true);
        client.Sends(P("CHUNK", "type".Is(0x80), "raw".Is(new byte[200_000])), P("CHUNK", "data".Is([5])));
        Settle(client, server);
        List<Packet> chunks = server.TakeAll();
        PacketText.Format(chunks[0]).ShouldBe("CHUNK type=0x80 len=200000");
        chunks[1].Data().ShouldBe([5]);
    }

    [Test]
    public void With_version_2_the_subjects_window_limits_what_may_be_sent()
    {
        PlayedPeer client = Create(WireLayer.Smux, isClient: true, version: 2);
        PlayedPeer server = Create(WireLayer.Smux, isClient: false, version: 2);
        client.SendRoom(3).ShouldBe(0, "there is no session yet");
        client.Sends(P("SYN", "sid".Is(3)));
        client.SendRoom(3).ShouldBe(262144);
        for (int i = 0; i < 8; i++)
            client.Sends(P("PSH", "sid".Is(3), "data".Is(new byte[32768])));
        client.SendRoom(3).ShouldBe(0);
        client.SendRoom(5).ShouldBe(262144);
        Settle(client, server);
        server.Sends(P("UPD", "sid".Is(3), "consumed".Is(262144), "window".Is(1000)));
        Settle(client, server);
        client.SendRoom(3).ShouldBe(1000);
    }

    [Test]
    public void With_version_1_only_the_own_queue_limits()
    {
        PlayedPeer client = Create(WireLayer.Smux, isClient: true);
        client.Sends(P("SYN", "sid".Is(3)));
        long room = client.SendRoom(3);
        room.ShouldBeGreaterThan(1 << 20);
        client.Sends(P("PSH", "sid".Is(3), "data".Is(new byte[60000])));
        client.SendRoom(3).ShouldBeLessThan(room - 50000);
    }

    [Test]
    public void A_played_server_waits_for_its_client_and_begins_anew_with_it()
    {
        PlayedPeer server = Create(WireLayer.Smux, isClient: false);
        server.Refuses(P("NOP")).ShouldContain("chooses the conversation");
        foreach (uint conversation in new uint[] { 5, 6 })
        {
            PlayedPeer client = PlayedPeer.Create(
                Peers.Settings(WireLayer.Smux, isClient: true) with { Conversation = conversation });
            client.Sends(P("SYN", "sid".Is(3)));
            Settle(client, server);
            server.TakeAll().ShouldHaveSingleItem().Word.ShouldBe("SYN");
            server.Sends(P("FIN", "sid".Is(3)));
            Settle(client, server);
            client.TakeAll().ShouldHaveSingleItem().Word.ShouldBe("FIN");
        }
    }

    [Test]
    public void What_a_layer_cannot_do_is_refused()
    {
        PlayedPeer smux = Create(WireLayer.Smux, isClient: true);
        PlayedPeer snappy = Create(WireLayer.Snappy, isClient: true);
        smux.Refuses(P("ACK")).ShouldStartWith("ACK is no frame");
        smux.Refuses(P("PSH", "data".Is([1]))).ShouldBe("PSH needs sid=");
        smux.Refuses(P("PSH", "sid".Is(3), "data".Is(new byte[65536]))).ShouldContain("at most 65535");
        snappy.Refuses(P("PSH", "sid".Is(3))).ShouldStartWith("PSH is no chunk");
        snappy.Refuses(P("CHUNK", "raw".Is([1]), "crc".Is(2))).ShouldContain("raw= is all");
        smux.Send([P("NOP")], DatagramChange.None, true, Start).ShouldNotBeNull().ShouldContain("lost");
        smux.Send([P("NOP")], new DatagramChange { Times = 2 }, false, Start).ShouldNotBeNull()
            .ShouldContain("makes the datagrams");
        smux.Outgoing.ShouldBeEmpty();
    }

    [Test]
    public void A_broken_compressed_stream_shows_its_bytes()
    {
        PlayedPeer client = Create(WireLayer.Snappy, isClient: true, isCompressed: true);
        PlayedPeer server = Create(WireLayer.Smux, isClient: false, isCompressed: true);
        client.Sends(P("BYTES", "data".Is([1, 2, 3, 4])));
        Settle(client, server);
        server.TakeAll().ShouldHaveSingleItem().Data().ShouldBe([1, 2, 3, 4]);
    }

    [Test]
    public void Events_that_nobody_takes_close_the_window_and_lose_nothing()
    {
        PlayedPeer client = Create(WireLayer.Smux, isClient: true);
        PlayedPeer server = Create(WireLayer.Smux, isClient: false);
        byte[] part = new byte[50_000];
        int sent = 0;
        for (; sent < 200; sent++)
            client.Sends(P("PSH", "sid".Is(3), "data".Is(part)));
        Settle(client, server);
        server.Events.Count.ShouldBeInRange(80, 85, "four megabytes");
        int came = server.TakeAll().Count;
        server.NextDeadline.ShouldBe(Instant.Zero);
        for (int i = 0; i < 10 && came < sent; i++)
        {
            server.HandleTimer(Start);
            Settle(client, server);
            came += server.TakeAll().Count;
        }

        came.ShouldBe(sent);
        server.Dropped.ShouldBe(0);
    }

    [Test]
    public void Events_of_layer_kcp_that_nobody_takes_are_dropped_in_the_end()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true, CipherKind.Null);
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false, CipherKind.Null);
        Packet[] acks = [.. Enumerable.Range(0, 50).Select(i => P("ACK", "sn".Is(i)))];
        for (int i = 0; i < 1000; i++)
        {
            client.Sends(acks);
            client.Reach(server);
        }

        server.Events.Count.ShouldBeLessThan(10_000);
        (server.Dropped + server.Events.Count).ShouldBe(50_000);
    }
}
