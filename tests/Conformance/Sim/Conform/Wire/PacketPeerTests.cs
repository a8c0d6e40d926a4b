using KcpTun.Crypt;
using KcpTun.Fec;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Wire;
using static KcpTun.Conformance.Sim.Conform.Wire.Peers;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>Layers datagram and kcp: what is sent is what was written, and what comes is what was sent.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PacketPeerTests
{
    [Test]
    public void Defaults_are_those_of_the_documentation()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true);
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false);
        client.Sends(P("PUSH", "data".Is([7, 8])));
        client.Reach(server);
        WireEvent came = server.Events.ShouldHaveSingleItem();
        came.Size.ShouldBe(20 + 24 + 2);
        came.Time.ShouldBe(Start);
        PacketText.Format(came.Packets).ShouldBe(
            "PUSH conv=0x11223344 frg=0 wnd=128 ts=1000 sn=0 una=0 len=2 data=hex:0708");
    }

    [Test]
    public void Joined_segments_are_one_datagram_and_one_event_each()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true);
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false);
        PlayedPeer watcher = Create(WireLayer.Datagram, isClient: false);
        client.Sends(P("ACK", "sn".Is(1), "ts".Is(5)), P("WASK"), P("CMD", "cmd".Is(99), "len".Is(0)));
        OutgoingDatagram datagram = client.Outgoing.ShouldHaveSingleItem();
        watcher.Receive(datagram.Bytes.Span, 1, Start);
        watcher.Events.ShouldHaveSingleItem().Packets.Select(packet => packet.Word).ShouldBe(["ACK", "WASK", "CMD"]);
        client.Reach(server);
        server.Events.Count.ShouldBe(3);
        server.TakeAll()[2].Number("cmd").ShouldBe(99);
    }

    [Test]
    public void A_push_shows_the_frames_it_carries_and_takes_them()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true);
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false);
        client.Sends(Around("PUSH", [P("SYN", "sid".Is(3)), P("PSH", "sid".Is(3), "data".Is("x"u8.ToArray()))]));
        client.Reach(server);
        string text = PacketText.Format(server.TakeAll());
        text.ShouldBe(
            "PUSH conv=0x11223344 frg=0 wnd=128 ts=1000 sn=0 una=0 len=17 "
            + "[SYN ver=1 len=0 sid=3 + PSH ver=1 len=1 sid=3 data=\"x\"]");
    }

    [Test]
    public void A_lie_is_sent_as_told_and_shows_as_bytes()
    {
        PlayedPeer client = Create(WireLayer.Datagram, isClient: true);
        PlayedPeer server = Create(WireLayer.Datagram, isClient: false);
        client.Sends(P("PUSH", "len".Is(-1), "data".Is([1])));
        byte[] sent = client.Outgoing.Peek().Bytes[20..].ToArray();
        sent.AsSpan(20, 4).ToArray().ShouldBe([255, 255, 255, 255]);
        client.Reach(server);
        Packet came = server.TakeAll().ShouldHaveSingleItem();
        came.Word.ShouldBe("BYTES");
        came.Data().ShouldBe(sent);
    }

    [Test]
    public void A_played_server_takes_the_conversation_of_its_client()
    {
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false);
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true);
        server.Refuses(P("ACK")).ShouldContain("conv=");
        client.Sends(P("PUSH", "conv".Is(77), "data".Is([1])));
        client.Reach(server);
        server.Sends(P("ACK"));
        server.Reach(client);
        client.TakeAll().ShouldHaveSingleItem().Number("conv").ShouldBe(77);
    }

    [Test]
    public void With_fec_layer_kcp_numbers_data_and_leaves_room_for_parity()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true, fec: (2, 1));
        PlayedPeer watcher = Create(WireLayer.Datagram, isClient: false, fec: (2, 1));
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false, fec: (2, 1));
        for (int i = 0; i < 5; i++)
            client.Sends(P("PUSH", "sn".Is(i), "data".Is([1])));
        foreach (OutgoingDatagram datagram in client.Outgoing)
            watcher.Receive(datagram.Bytes.Span, 1, Start);
        List<Packet> seen = watcher.TakeAll();
        seen.Select(packet => packet.Word).Distinct().ShouldBe(["FEC"]);
        seen.Select(packet => packet.Number("seq")).ShouldBe([0, 1, 3, 4, 6]);
        client.Reach(server);
        server.TakeAll().Select(packet => packet.Number("sn")).ShouldBe([0, 1, 2, 3, 4]);
    }

    [TestCase(3, 2)]
    [TestCase(10, 3)]
    [TestCase(1, 1)]
    public void Parity_is_that_of_the_encoder(int data, int parity)
    {
        PlayedPeer client = Create(WireLayer.Datagram, isClient: true, CipherKind.Null, (data, parity));
        var encoder = new FecEncoder(data, parity, 1500, FecDialect.Release2021);
        List<byte[]> expected = [];
        for (int i = 0; i < 3 * data; i++)
        {
            byte[] payload = Support.Vectors.Lcg((uint)i, 10 + (37 * i % 50));
            bool isLost = i % 3 == 1;
            client.Send(
                [Around("FEC", [P("PUSH", "sn".Is(i), "data".Is(payload))])], DatagramChange.None, isLost, Start)
                .ShouldBeNull();
            byte[] packet = new byte[8 + 24 + payload.Length];
            new KcpTun.Kcp.KcpHeader(0x11223344, 81, 0, 128, 1000, (uint)i, 0, (uint)payload.Length)
                .Write(packet.AsSpan(8));
            payload.CopyTo(packet, 32);
            int due = encoder.Encode(packet, Start);
            if (!isLost)
                expected.Add(packet);
            for (int k = 0; k < due; k++)
            {
                client.Sends(P("PARITY", new PacketField("of", FieldValue.OfShape(data, parity))));
                byte[] buffer = new byte[1500];
                expected.Add(buffer[..encoder.WriteParity(k, buffer)]);
            }
        }

        client.Outgoing.Select(datagram => datagram.Bytes.ToArray()).ToList().ShouldBe(expected);
    }

    [Test]
    public void Parity_of_packets_that_nobody_made_is_refused()
    {
        PlayedPeer client = Create(WireLayer.Datagram, isClient: true);
        var of = new PacketField("of", FieldValue.OfShape(2, 1));
        client.Sends(Around("FEC", [P("WASK")]));
        client.Refuses(P("PARITY", of)).ShouldContain("data packet's");
        client.Refuses(P("PARITY", "seq".Is(2), of)).ShouldContain("seq=1 was neither sent nor lost");
        client.Refuses(P("PARITY", "seq".Is(2))).ShouldContain("of=D/P");
        client.Refuses(P("PARITY", "seq".Is(2), "of".Is(3))).ShouldContain("of=D/P");
    }

    [Test]
    public void Parity_passes_layer_kcp_by_and_out_of_band_does_not()
    {
        PlayedPeer client = Create(WireLayer.Datagram, isClient: true);
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false);
        client.Sends(P("PARITY", "seq".Is(5), "data".Is([1, 2, 3])));
        client.Sends(P("OOB", "seq".Is(6), "data".Is([4, 5])));
        client.Reach(server);
        PacketText.Format(server.TakeAll()).ShouldBe("OOB seq=6 data=hex:0405");
    }

    [TestCase(CipherKind.Aes256, true, false, ExpectedResult = "RAW")]
    [TestCase(CipherKind.Salsa20, true, false, ExpectedResult = "RAW")]
    [TestCase(CipherKind.None, true, false, ExpectedResult = "RAW")]
    [TestCase(CipherKind.Aes128Gcm, false, true, ExpectedResult = "RAW")]
    [TestCase(CipherKind.Aes256, false, false, ExpectedResult = "WASK")]
    public string A_spoilt_datagram_does_not_open(CipherKind cipher, bool badCrc, bool badTag)
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true, cipher);
        PlayedPeer server = Create(WireLayer.Kcp, isClient: false, cipher);
        var change = new DatagramChange { BadCrc = badCrc, BadTag = badTag };
        client.Send([P("WASK")], change, false, Start).ShouldBeNull();
        client.Reach(server);
        return server.TakeAll().ShouldHaveSingleItem().Word;
    }

    [TestCase(CipherKind.Aes256)]
    [TestCase(CipherKind.Salsa20)]
    [TestCase(CipherKind.Xor)]
    public void A_bad_checksum_leaves_the_rest_as_it_is(CipherKind cipher)
    {
        byte[] pass = KeyDerivation.DerivePass("it's a secrect");
        byte[] nonce = Support.Vectors.Lcg(3, 16);
        byte[] good = Sealed(new DatagramChange { Nonce = nonce });
        byte[] bad = Sealed(new DatagramChange { Nonce = nonce, BadCrc = true });
        IPacketCipher opener = PacketCiphers.Create(cipher, pass);
        opener.Decrypt(good, [new Slice(0, good.Length)]);
        opener.Decrypt(bad, [new Slice(0, bad.Length)]);
        good[..16].ShouldBe(nonce);
        Enumerable.Range(0, good.Length).Where(i => good[i] != bad[i]).ShouldBe([16]);

        byte[] Sealed(DatagramChange change)
        {
            PlayedPeer client = Create(WireLayer.Kcp, isClient: true, cipher);
            client.Send([P("PUSH", "data".Is(new byte[99]))], change, false, Start).ShouldBeNull();
            return client.Outgoing.Dequeue().Bytes.ToArray();
        }
    }

    [Test]
    public void Another_key_or_cipher_seals_with_that()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true, CipherKind.Aes256);
        PlayedPeer salsa = Create(WireLayer.Kcp, isClient: false, CipherKind.Salsa20);
        PlayedPeer aes = Create(WireLayer.Kcp, isClient: false, CipherKind.Aes256);
        client.Send([P("WASK")], new DatagramChange { Crypt = "salsa20" }, false, Start).ShouldBeNull();
        client.Send([P("WASK")], new DatagramChange { Key = "other" }, false, Start).ShouldBeNull();
        foreach (OutgoingDatagram datagram in client.Outgoing)
            aes.Receive(datagram.Bytes.Span, 1, Start);
        aes.TakeAll().Select(packet => packet.Word).ShouldBe(["RAW", "RAW"]);
        client.Reach(salsa);
        salsa.TakeAll().Select(packet => packet.Word).ShouldBe(["WASK", "RAW"]);
    }

    [Test]
    public void A_datagram_is_flipped_then_cut_then_padded_and_repeated_from_another_socket()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true, CipherKind.Null);
        var change = new DatagramChange { Flip = 1, Cut = 3, Pad = 5, Times = 2, From = 4 };
        client.Send([P("RAW", "data".Is([1, 2, 3, 4]))], change, false, Start).ShouldBeNull();
        client.Outgoing.Count.ShouldBe(2);
        foreach (OutgoingDatagram datagram in client.Outgoing)
        {
            datagram.From.ShouldBe(4);
            datagram.Bytes.ToArray().ShouldBe([1, 253, 3, 0, 0]);
        }
    }

    private static IEnumerable<TestCaseData> Impossible()
    {
        yield return new TestCaseData(CipherKind.Null, new DatagramChange { BadCrc = true }, "no checksum");
        yield return new TestCaseData(CipherKind.Aes128Gcm, new DatagramChange { BadCrc = true }, "no checksum");
        yield return new TestCaseData(CipherKind.Aes256, new DatagramChange { BadTag = true }, "no tag");
        yield return new TestCaseData(CipherKind.Aes256, new DatagramChange { Nonce = new byte[12] }, "has 16");
        yield return new TestCaseData(CipherKind.None, new DatagramChange { Flip = 44 }, "flip=44");
        yield return new TestCaseData(CipherKind.None, new DatagramChange { Cut = 45 }, "cut=45");
        yield return new TestCaseData(CipherKind.None, new DatagramChange { Pad = 43 }, "pad=43");
        yield return new TestCaseData(CipherKind.None, new DatagramChange { Crypt = "rot13" }, "no such cipher");
    }

    [TestCaseSource(nameof(Impossible))]
    public void An_impossible_change_is_refused(CipherKind cipher, object change, string reason)
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true, cipher);
        client.Send([P("WASK")], (DatagramChange)change, false, Start).ShouldNotBeNull().ShouldContain(reason);
        client.Outgoing.ShouldBeEmpty();
    }

    [Test]
    public void What_does_not_belong_into_a_datagram_is_refused()
    {
        PlayedPeer client = Create(WireLayer.Kcp, isClient: true);
        client.Refuses(P("SYN", "sid".Is(1))).ShouldStartWith("SYN is no segment");
        client.Refuses(P("CHUNK")).ShouldStartWith("CHUNK is no segment");
        client.Refuses(P("WASK"), P("FEC")).ShouldContain("datagram of its own");
        client.Refuses(P("HELLO")).ShouldContain("no packet HELLO");
        client.Refuses(P("ACK", "snn".Is(1))).ShouldContain("no field 'snn'");
        client.Refuses(P("ACK", "wnd".Is(65536))).ShouldContain("wnd=65536 does not fit 16 bits");
        client.Refuses(P("ACK", "wnd".Is([1]))).ShouldContain("wants a number");
        client.Refuses(P("PUSH", "data".Is(1))).ShouldContain("wants bytes");
        client.Refuses(P("PUSH", "data".Is(new byte[1457]))).ShouldContain("1501 bytes");
        client.Refuses(P("CMD")).ShouldContain("needs cmd=");
        client.Refuses(Around("PUSH", [P("SYN", "sid".Is(1))], "data".Is([1]))).ShouldContain("leave one of them out");
        client.Refuses().ShouldContain("nothing to send");
    }
}
