using CsCheck;
using KcpTun.Crypt;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Wire;
using static KcpTun.Conformance.Sim.Conform.Wire.Peers;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>Whatever a script can write arrives as it was written, at every layer and under every envelope.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RoundTripTests
{
    private const int Samples = 60;

    private static readonly Gen<byte[]> s_data = Gen.Byte.Array[0, 120];

    private static readonly Gen<Packet> s_segment = Gen.Select(
        Pick("PUSH", "ACK", "WASK", "WINS", "CMD"), Gen.UInt, Gen.UShort, Gen.UInt, Gen.UInt, s_data,
        (word, conversation, window, sequence, una, data) => P(word, [
            "conv".Is(conversation),
            .. word == "CMD" ? ["cmd".Is(85 + (window % 100))] : Array.Empty<PacketField>(),
            "frg".Is(window % 256), "wnd".Is(window), "ts".Is(una ^ sequence), "sn".Is(sequence), "una".Is(una),
            .. data.Length > 0 || word == "PUSH" ? ["data".Is(data)] : Array.Empty<PacketField>()]));

    private static readonly Gen<Packet> s_frame = Gen.Select(
        Pick("SYN", "FIN", "PSH", "NOP", "UPD", "FRAME"), Gen.UInt, Gen.UInt, s_data,
        (word, stream, window, data) => P(word, [
            "sid".Is(stream),
            .. word switch
            {
                "UPD" => ["consumed".Is(stream / 2), "window".Is(window)],
                "FRAME" => ["ver".Is(window % 256), "cmd".Is(5 + (stream % 200)), "data".Is([1, .. data])],
                "PSH" => ["data".Is(data)],
                _ => Array.Empty<PacketField>(),
            }]));

    private static readonly Gen<Packet> s_chunk = Gen.Select(
        Pick(0, 1, 0x80, 0xFE, 0xFF), s_data,
        (type, data) => P("CHUNK", "type".Is(type), (type < 2 ? "data" : "raw").Is(data)));

    private static readonly Gen<Packet[]> s_datagram = Gen.Frequency(
        (4, s_segment.Array[1, 5]),
        (2, Gen.Select(Gen.UInt, s_segment.Array[1, 4], (sequence, inner) =>
            new[] { Around("FEC", inner, "seq".Is(sequence)) })),
        (1, Gen.Select(Gen.UInt, s_data, (sequence, data) =>
            new[] { P("PARITY", "seq".Is(sequence), "data".Is(data)) })),
        (1, Gen.Select(Gen.UInt, s_data, (sequence, data) => new[] { P("OOB", "seq".Is(sequence), "data".Is(data)) })));

    private static IEnumerable<TestCaseData> Stacks()
    {
        foreach (CipherKind cipher in new[]
                 {
                     CipherKind.None, CipherKind.Aes256, CipherKind.Aes128Gcm, CipherKind.Null,
                 })
        {
            foreach (bool hasFec in new[] { false, true })
            {
                foreach (bool isCompressed in new[] { false, true })
                    yield return new TestCaseData(cipher, hasFec ? 3 : 0, hasFec ? 2 : 0, isCompressed);
            }
        }
    }

    private static Gen<T> Pick<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(index => choices[index]);

    [TestCaseSource(nameof(Stacks))]
    public void Datagrams_arrive_as_written(CipherKind cipher, int data, int parity, bool isCompressed) =>
        s_datagram.Sample(
            packets =>
            {
                PlayedPeer client = Create(WireLayer.Datagram, true, cipher, (data, parity), isCompressed);
                PlayedPeer server = Create(WireLayer.Datagram, false, cipher, (data, parity), isCompressed);
                client.Sends(packets);
                byte[] sent = client.Outgoing.Peek().Bytes.ToArray();
                client.Reach(server);
                Packet[] came = [.. server.Events.ShouldHaveSingleItem().Packets];
                ShouldMatch(packets, came);

                // What was taken apart is put together again to the same bytes.
                PlayedPeer again = Create(WireLayer.Datagram, true, cipher, (data, parity), isCompressed);
                again.Sends(came);
                again.Outgoing.Dequeue().Bytes.ToArray().ShouldBe(sent);
            },
            iter: Samples, threads: 1);

    [TestCaseSource(nameof(Stacks))]
    public void Segments_arrive_as_written(CipherKind cipher, int data, int parity, bool isCompressed) =>
        s_segment.Array[1, 5].Array[1, 8].Sample(
            datagrams =>
            {
                PlayedPeer client = Create(WireLayer.Kcp, true, cipher, (data, parity), isCompressed);
                PlayedPeer server = Create(WireLayer.Kcp, false, cipher, (data, parity), isCompressed);
                foreach (Packet[] packets in datagrams)
                    client.Sends(packets);
                client.Reach(server);
                ShouldMatch([.. datagrams.SelectMany(packets => packets)], [.. server.TakeAll()]);
            },
            iter: Samples, threads: 1);

    [TestCaseSource(nameof(Stacks))]
    public void Chunks_arrive_as_written(CipherKind cipher, int data, int parity, bool isCompressed) =>
        CheckStream(s_chunk, WireLayer.Snappy, cipher, (data, parity), isCompressed);

    [TestCaseSource(nameof(Stacks))]
    public void Frames_arrive_as_written(CipherKind cipher, int data, int parity, bool isCompressed) =>
        CheckStream(s_frame, WireLayer.Smux, cipher, (data, parity), isCompressed);

    private static void CheckStream(
        Gen<Packet> packet, WireLayer layer, CipherKind cipher, (int, int) fec, bool isCompressed) =>
        packet.Array[1, 20].Array[1, 4].Sample(
            writes =>
            {
                PlayedPeer client = Create(layer, true, cipher, fec, isCompressed);
                PlayedPeer server = Create(layer, false, cipher, fec, isCompressed);
                foreach (Packet[] packets in writes)
                    client.Sends(packets);
                Settle(client, server);
                ShouldMatch([.. writes.SelectMany(packets => packets)], [.. server.TakeAll()]);
                client.NextDeadline.ShouldBe(Instant.Never);
            },
            iter: Samples, threads: 1);

    /// <summary>What came has every field that was written, with its value.</summary>
    private static void ShouldMatch(IReadOnlyList<Packet> written, IReadOnlyList<Packet> came)
    {
        string text = $"written {PacketText.Format(written)}\ncame {PacketText.Format(came)}";
        came.Select(packet => packet.Word).ShouldBe(written.Select(packet => packet.Word), text);
        foreach ((Packet expected, Packet packet) in written.Zip(came))
        {
            foreach (PacketField field in expected.Fields)
            {
                FieldValue value = packet.Find(field.Name).ShouldNotBeNull($"{field.Name}: {text}");
                value.Number.ShouldBe(field.Value.Number, $"{field.Name}: {text}");
                if (field.Value.Bytes is { } bytes)
                    value.Bytes!.Value.Span.SequenceEqual(bytes.Span).ShouldBeTrue($"{field.Name}: {text}");
            }

            if (expected.Inner.Count > 0)
                ShouldMatch(expected.Inner, packet.Inner);
        }
    }
}
