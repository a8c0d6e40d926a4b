using CsCheck;
using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Primitives;
using KcpTun.Qpp;
using KcpTun.Smux;
using KcpTun.Snappy;

namespace KcpTun.Conformance.Properties;

/// <summary>
/// What one end encodes the other decodes, layer by layer, for any content. A failure names the smallest case that
/// fails and its seed; the environment variable CsCheck_Seed runs it again.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class CodecPropertyTests
{
    private static readonly byte[] s_pass = KeyDerivation.DerivePass("properties");

    private static readonly Gen<KcpHeader> s_header = Gen.Select(
        Gen.UInt, Gen.Byte, Gen.Byte, Gen.UShort, Gen.UInt, Gen.UInt, Gen.Select(Gen.UInt, Gen.UInt),
        (conversation, command, fragment, window, timestamp, number, rest) =>
            new KcpHeader(conversation, command, fragment, window, timestamp, number, rest.Item1, rest.Item2));

    [Test]
    public void Envelope([Values] CipherKind kind)
    {
        var envelope = KcpTun.Crypt.Envelope.Create(kind, s_pass);
        int most = KcpTun.Crypt.Envelope.MaximumDatagram - envelope.HeaderLength - envelope.TrailerLength;
        Gen.Select(Gen.Int[1, most].Array[1, 20], Gen.UInt).Sample(
            (lengths, seed) =>
            {
                byte[][] payloads = [.. lengths.Select((length, i) => Vectors.Lcg(seed + (uint)i, length))];
                int overhead = envelope.HeaderLength + envelope.TrailerLength;
                byte[] buffer = new byte[lengths.Sum() + (overhead * lengths.Length)];
                var slices = new Slice[lengths.Length];
                for (int i = 0, offset = 0; i < lengths.Length; offset += slices[i].Length, i++)
                {
                    slices[i] = new Slice(offset, lengths[i] + overhead);
                    payloads[i].CopyTo(buffer, offset + envelope.HeaderLength);
                }

                envelope.Seal(buffer, slices, new Crypt.SeededEntropy((int)seed));
                var results = new OpenResult[slices.Length];
                envelope.Open(buffer, slices, results);
                return results.Select((result, i) => result.Status == OpenStatus.Ok
                    && buffer.AsSpan(result.Payload.Offset, result.Payload.Length).SequenceEqual(payloads[i]))
                    .All(isWhole => isWhole);
            },
            iter: 100,
            threads: 1);
    }

    [Test]
    public void Kcp_segment() => s_header.Sample(
        header =>
        {
            byte[] bytes = new byte[KcpHeader.Length];
            header.Write(bytes);
            byte[] again = new byte[KcpHeader.Length];
            KcpHeader.Read(bytes).Write(again);
            return KcpHeader.Read(bytes) == header && bytes.AsSpan().SequenceEqual(again)
                && KcpHeader.ReadConversation(bytes) == header.Conversation
                && KcpHeader.ReadSequenceNumber(bytes) == header.SequenceNumber;
        },
        iter: 10_000);

    [Test]
    public void Fec_header() => Gen.Select(Gen.UInt, Gen.UShort).Sample(
        (sequence, type) =>
        {
            byte[] packet = new byte[FecHeader.Length];
            FecHeader.Write(packet, sequence, type);
            return FecHeader.ReadSequence(packet) == sequence && FecHeader.ReadType(packet) == type
                && FecHeader.IsFec(packet) == type is >= 0xF1 and <= 0xF3;
        },
        iter: 10_000);

    [Test]
    public void Smux_frame() => Gen.Select(Gen.Int[0, 255], Gen.Byte, Gen.Int[0, 65535], Gen.UInt).Sample(
        (version, command, length, streamId) =>
        {
            var frame = new SmuxFrame(version, (SmuxCommand)command, length, streamId);
            byte[] bytes = new byte[SmuxFrame.HeaderLength];
            return frame.WriteHeader(bytes) == SmuxFrame.HeaderLength && SmuxFrame.ReadHeader(bytes) == frame;
        },
        iter: 10_000);

    [Test]
    public void Snappy_chunks() => ByteStreams.Writes.Sample(
        writes =>
        {
            var writer = new SnappyFrameWriter();
            return ByteStreams.Decompress(ByteStreams.Compress(writer, writes), [])
                .AsSpan().SequenceEqual(ByteStreams.Join(writes));
        },
        iter: 300);

    [Test]
    public void Qpp_stream() => Gen.Select(Gen.Byte.Array[0, 70], Gen.Int[1, 70], Gen.Byte.Array[0, 3000]).Sample(
        (key, count, data) =>
        {
            var pads = new QppPads(key, count);
            byte[] bytes = [.. data];
            new QppKeystream(pads, key).Encrypt(bytes);
            new QppKeystream(new QppPads(key, count), key).Decrypt(bytes);
            return bytes.AsSpan().SequenceEqual(data);
        },
        iter: 40);
}
