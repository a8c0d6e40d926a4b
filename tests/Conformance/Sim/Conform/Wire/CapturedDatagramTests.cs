using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Sim.Conform.Wire;
using static KcpTun.Conformance.Sim.Conform.Wire.Peers;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>Datagrams of the released clients, taken apart (e2e_capture.json).</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CapturedDatagramTests
{
    private static IEnumerable<TestCaseData> Captures()
    {
        foreach (JsonElement row in Vectors.Load("e2e_capture.json").GetProperty("cases").EnumerateArray())
            yield return new TestCaseData(row).SetArgDisplayNames(row.GetProperty("name").GetString()!);
    }

    [TestCaseSource(nameof(Captures))]
    public void Datagrams_show_their_segments_and_go_together_again(JsonElement row)
    {
        PlayedPeer server = Server(row, WireLayer.Datagram);
        foreach (JsonElement datagram in row.GetProperty("datagrams").EnumerateArray())
        {
            Receive(server, datagram);
            Packet[] packets = [.. server.Events.Dequeue().Packets];
            Packet[] segments = packets;
            if (datagram.TryGetProperty("fec", out JsonElement fec))
            {
                Packet outer = packets.ShouldHaveSingleItem();
                bool isParity = fec.GetProperty("type").GetInt32() == 0xF2;
                outer.Word.ShouldBe(isParity ? "PARITY" : "FEC");
                outer.Number("seq").ShouldBe(fec.GetProperty("seqid").GetInt64());
                segments = [.. outer.Inner];
            }

            if (datagram.TryGetProperty("segments", out JsonElement expected))
                CheckSegments(expected, segments);

            PlayedPeer bare = Create(WireLayer.Datagram, isClient: true, CipherKind.Null);
            bare.Sends(packets);
            bare.Outgoing.Dequeue().Bytes.ToArray()
                .ShouldBe(datagram.GetProperty("payload").GetBytesFromBase64(), PacketText.Format(packets));
        }
    }

    [TestCaseSource(nameof(Captures))]
    public void Layer_kcp_shows_the_same_segments_without_fec(JsonElement row)
    {
        PlayedPeer server = Server(row, WireLayer.Kcp);
        foreach (JsonElement datagram in row.GetProperty("datagrams").EnumerateArray())
        {
            Receive(server, datagram);
            if (datagram.TryGetProperty("segments", out JsonElement expected))
                CheckSegments(expected, server.TakeAll());
            else
                server.Events.ShouldBeEmpty();
        }
    }

    [TestCaseSource(nameof(Captures))]
    public void Streams_show_their_chunks_and_frames(JsonElement row)
    {
        if (row.TryGetProperty("snappy_chunks", out JsonElement chunks))
        {
            List<Packet> came = Stream(row, WireLayer.Snappy);
            came.Count.ShouldBe(chunks.GetArrayLength());
            foreach ((Packet chunk, JsonElement expected) in came.Zip(chunks.EnumerateArray()))
            {
                chunk.Number("type").ShouldBe(expected.GetProperty("type").GetInt32());
                chunk.Number("len").ShouldBe(expected.GetProperty("len").GetInt32());
            }

            List<Packet> inside = Stream(row, WireLayer.Smux);
            inside.Select(frame => frame.Word).ShouldBe(["SYN", "PSH"]);
            inside[1].Data().ShouldBe(row.GetProperty("application_payload").GetBytesFromBase64());
            return;
        }

        List<Packet> frames = Stream(row, WireLayer.Smux);
        frames.ShouldNotBeEmpty();
        foreach ((Packet frame, JsonElement expected) in
                 frames.Zip(row.GetProperty("smux_frames").EnumerateArray()))
        {
            frame.Word.ShouldBe(expected.GetProperty("cmd").GetInt32() == 0 ? "SYN" : "PSH");
            frame.Number("ver").ShouldBe(expected.GetProperty("ver").GetInt32());
            frame.Number("sid").ShouldBe(expected.GetProperty("sid").GetInt64());
            if (frame.Word == "PSH")
                frame.Data().ShouldBe(expected.GetProperty("payload").GetBytesFromBase64());
        }
    }

    private static void CheckSegments(JsonElement expected, IReadOnlyList<Packet> segments)
    {
        segments.Count.ShouldBe(expected.GetArrayLength());
        foreach ((Packet segment, JsonElement fields) in segments.Zip(expected.EnumerateArray()))
        {
            segment.Word.ShouldBe("PUSH");
            fields.GetProperty("cmd").GetInt32().ShouldBe(81);
            foreach (string name in new[] { "conv", "frg", "wnd", "ts", "sn", "una" })
                segment.Number(name).ShouldBe(fields.GetProperty(name).GetInt64(), name);
            segment.Data().ShouldBe(fields.GetProperty("data").GetBytesFromBase64());
        }
    }

    private static List<Packet> Stream(JsonElement row, WireLayer layer)
    {
        PlayedPeer server = Server(row, layer);
        foreach (JsonElement datagram in row.GetProperty("datagrams").EnumerateArray())
            Receive(server, datagram);
        return server.TakeAll();
    }

    private static void Receive(PlayedPeer server, JsonElement datagram) =>
        server.Receive(datagram.GetProperty("datagram").GetBytesFromBase64(), 1, Start);

    private static PlayedPeer Server(JsonElement row, WireLayer layer)
    {
        CipherCatalog.TryParse(row.GetProperty("crypt").GetString()!, out CipherKind cipher).ShouldBeTrue();
        PeerSettings settings = Peers.Settings(
            layer, isClient: false, cipher, isCompressed: row.GetProperty("compression").GetBoolean(),
            version: row.GetProperty("client").GetString() == "20210922" ? 1 : 2);
        return PlayedPeer.Create(
            settings with { Pass = KeyDerivation.DerivePass(row.GetProperty("key").GetString()!) });
    }
}
