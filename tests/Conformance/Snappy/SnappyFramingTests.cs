using KcpTun.Conformance.Support;
using KcpTun.Snappy;

namespace KcpTun.Conformance.Snappy;

/// <summary>The writer and the reader beyond the vectors (PROTOCOL f).</summary>
public sealed class SnappyFramingTests
{
    private static byte[] Identifier { get; } = [0xFF, 6, 0, 0, .. "sNaPpY"u8];

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(8200)]
    [TestCase(65535)]
    [TestCase(65536)]
    [TestCase(65537)]
    [TestCase(200_000)]
    public void What_is_written_is_read_whatever_its_size_and_content(int length)
    {
        foreach (byte[] data in new[] { new byte[length], Vectors.Lcg(5, length), Compressible(length) })
        {
            var writer = new SnappyFrameWriter();
            var reader = new SnappyFrameReader();
            for (int i = 0; i < 3; i++)
                Streams.ReadAll(reader, Encode(writer, data)).AsSpan().SequenceEqual(data).ShouldBeTrue();
        }
    }

    [Test]
    public void A_block_that_saves_no_more_than_an_eighth_is_stored()
    {
        const int Length = 800;
        const int Threshold = Length - (Length / 8);
        byte[] noise = Vectors.Lcg(10, Length);
        bool isThresholdMet = false;
        for (int zeros = 50; zeros < 200; zeros++)
        {
            byte[] data = new byte[Length];
            noise.AsSpan(zeros).CopyTo(data.AsSpan(zeros));
            int compressed = Snappier.Snappy.CompressToArray(data).Length;
            isThresholdMet |= compressed == Threshold;
            byte type = Encode(new SnappyFrameWriter(), data)[Identifier.Length];
            type.ShouldBe((byte)(compressed < Threshold ? 0 : 1), $"{compressed} bytes");
        }

        isThresholdMet.ShouldBeTrue();
    }

    [Test]
    public void However_the_stream_is_cut_the_data_is_the_same()
    {
        var writer = new SnappyFrameWriter();
        byte[] text = Compressible(9000);
        byte[] noise = Vectors.Lcg(6, 3000);
        byte[] stream =
        [
            .. Encode(writer, text), 0xFE, 5, 0, 0, 1, 2, 3, 4, 5, .. Encode(writer, noise),
            0x80, 0, 0, 0, .. Identifier, .. Encode(writer, [1]), .. Encode(writer, text),
        ];
        byte[] expected = [.. text, .. noise, 1, .. text];
        foreach (int cut in new[] { 1, 2, 3, 4, 5, 7, 13, 100, 3004, 3008, 4096, stream.Length })
            ReadInPieces(stream, _ => cut).AsSpan().SequenceEqual(expected).ShouldBeTrue($"pieces of {cut}");
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            ReadInPieces(stream, _ => random.Next(1, 500)).SequenceEqual(expected).ShouldBeTrue($"seed {seed}");
        }
    }

    [Test]
    public void A_skipped_chunk_may_be_as_long_as_the_length_field_allows()
    {
        var reader = new SnappyFrameReader();
        Streams.ReadAll(reader, [.. Identifier, 0xFD, 0xFF, 0xFF, 0xFF]).ShouldBeEmpty();
        byte[] filler = new byte[65536];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int left = 0xFFFFFF; left > 0; left -= filler.Length)
            Skip(reader, filler.AsSpan(0, Math.Min(left, filler.Length)));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0, "what is skipped is not kept");
        Streams.ReadAll(reader, [1, 5, 0, 0, 0xB3, 0xAD, 0x60, 0x3E, (byte)'A']).ShouldBe("A"u8.ToArray());
    }

    [Test]
    public void A_chunk_of_the_largest_size_is_read_and_a_larger_one_is_not()
    {
        byte[] data = Vectors.Lcg(7, 65537);
        byte[] largest = Encode(new SnappyFrameWriter(), data.AsSpan(0, 65536));
        Streams.ReadAll(new SnappyFrameReader(), largest).ShouldBe(data.AsSpan(0, 65536).ToArray());

        byte[] larger = [.. Identifier, 1, 5, 0, 1, 0, 0, 0, 0, .. data];
        uint checksum = Crc32C.Masked(data);
        for (int i = 0; i < 4; i++)
            larger[Identifier.Length + 4 + i] = (byte)(checksum >> (8 * i));
        Failure(larger).ShouldBe(SnappyResult.Corrupt);
    }

    [TestCase(0)]
    [TestCase(1)]
    public void A_data_chunk_longer_than_any_block_is_refused_before_its_body(byte type) =>
        Failure([.. Identifier, type, 0xFF, 0xFF, 0xFF]).ShouldBe(SnappyResult.TooLarge);

    [TestCase("00030000")]
    [TestCase("01030000")]
    [TestCase("00000000")]
    [TestCase("FF000000")]
    [TestCase("FF070000")]
    [TestCase("FF060000734E61507058")]
    [TestCase("0004000000000000")]
    [TestCase("00070000000000008080 04 00")]
    [TestCase("000A000000000000FFFFFFFFFF0F")]
    [TestCase("0009000000000000 8180040000")]
    public void A_chunk_that_contradicts_itself_is_corrupt(string chunk) =>
        Failure([.. Identifier, .. Convert.FromHexString(chunk.Replace(" ", "", StringComparison.Ordinal))])
            .ShouldBe(SnappyResult.Corrupt);

    [TestCase(0x00)]
    [TestCase(0x01)]
    [TestCase(0x80)]
    [TestCase(0xFE)]
    public void Nothing_is_accepted_before_the_identifier(byte type) =>
        Failure([type, 0, 0, 0]).ShouldBe(SnappyResult.Corrupt);

    [Test]
    public void A_failure_is_final()
    {
        var reader = new SnappyFrameReader();
        Streams.Read(reader, [.. Identifier, 2, 0, 0, 0], out _).ShouldBe(SnappyResult.Unsupported);
        Streams.Read(reader, Encode(new SnappyFrameWriter(), [1, 2, 3]), out byte[] output)
            .ShouldBe(SnappyResult.Unsupported);
        output.ShouldBeEmpty();
    }

    [Test]
    public void Any_changed_byte_is_noticed_or_harmless_and_never_throws()
    {
        byte[] data = Compressible(700);
        byte[] stream = Encode(new SnappyFrameWriter(), data);
        for (int i = 0; i < stream.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. stream];
                damaged[i] ^= (byte)(1 << bit);
                Streams.Read(new SnappyFrameReader(), damaged, out byte[] output);
                if (output.Length > 0)
                    output.ShouldBe(data, $"byte {i} bit {bit}");
            }
        }
    }

    [Test]
    public void Random_bytes_never_throw()
    {
        for (int seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            byte[] block = new byte[random.Next(0, 60)];
            random.NextBytes(block);
            byte[] chunk = [(byte)random.Next(0, 2), (byte)(4 + block.Length), 0, 0, 0, 0, 0, 0, .. block];
            Streams.Read(new SnappyFrameReader(), [.. Identifier, .. chunk], out byte[] output);
            output.ShouldBeEmpty();
            Streams.Read(new SnappyFrameReader(), block, out _);
        }
    }

    [Test]
    public void The_framing_allocates_nothing_once_its_buffers_have_grown()
    {
        // The block codec makes small objects of its own, one for each block it compresses or decompresses.
        const int CodecObjects = 200;
        const int Rounds = 100;
        var writer = new SnappyFrameWriter();
        var reader = new SnappyFrameReader();
        byte[] text = Compressible(8200);
        byte[] noise = Vectors.Lcg(8, 8200);
        byte[] encoded = new byte[SnappyFrameWriter.MaxEncodedLength(8200)];
        RoundTrips(writer, reader, text, encoded, rounds: 1);
        RoundTrips(writer, reader, noise, encoded, rounds: 1);

        RoundTrips(writer, reader, text, encoded, Rounds).ShouldBeLessThan(3 * Rounds * CodecObjects);
        RoundTrips(writer, reader, noise, encoded, Rounds).ShouldBeLessThan(Rounds * CodecObjects);
    }

    [Test]
    public void A_destination_too_small_is_an_error_of_the_caller()
    {
        var writer = new SnappyFrameWriter();
        byte[] encoded = new byte[SnappyFrameWriter.MaxEncodedLength(100) - 1];
        Should.Throw<ArgumentOutOfRangeException>(() => writer.Write(new byte[100], encoded));
    }

    /// <returns>Bytes allocated.</returns>
    private static long RoundTrips(
        SnappyFrameWriter writer, SnappyFrameReader reader, byte[] data, byte[] encoded, int rounds)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < rounds; i++)
        {
            int length = writer.Write(data, encoded);

            // A chunk that is cut in two takes the way through the reader's own memory.
            ReadTwoPieces(reader, encoded.AsSpan(0, length), default);
            ReadTwoPieces(reader, encoded.AsSpan(0, length / 2), encoded.AsSpan(length / 2, length - (length / 2)));
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void ReadTwoPieces(SnappyFrameReader reader, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int chunks = 0;
        while (reader.Read(ref first, out _) == SnappyResult.Chunk)
            chunks++;
        while (reader.Read(ref second, out _) == SnappyResult.Chunk)
            chunks++;
        if (chunks != 1)
            Assert.Fail($"{chunks} chunks");
    }

    private static void Skip(SnappyFrameReader reader, ReadOnlySpan<byte> filler)
    {
        if (reader.Read(ref filler, out _) != SnappyResult.NeedMore || !filler.IsEmpty)
            Assert.Fail("not skipped");
    }

    private static byte[] Encode(SnappyFrameWriter writer, ReadOnlySpan<byte> data)
    {
        byte[] encoded = new byte[SnappyFrameWriter.MaxEncodedLength(data.Length)];
        return encoded[..writer.Write(data, encoded)];
    }

    private static byte[] Compressible(int length)
    {
        byte[] data = Vectors.Lcg(9, length);
        for (int i = 0; i < length; i++)
            data[i] = (byte)("the quick brown fox "[i % 20] + (data[i] > 250 ? 1 : 0));
        return data;
    }

    private static SnappyResult Failure(byte[] stream)
    {
        SnappyResult result = Streams.Read(new SnappyFrameReader(), stream, out byte[] output);
        output.ShouldBeEmpty();
        return result;
    }

    private static byte[] ReadInPieces(byte[] stream, Func<int, int> cut)
    {
        var reader = new SnappyFrameReader();
        using var data = new MemoryStream();
        for (int offset = 0, i = 0; offset < stream.Length; i++)
        {
            int length = Math.Min(cut(i), stream.Length - offset);
            if (Streams.Read(reader, stream.AsSpan(offset, length), out byte[] output) != SnappyResult.NeedMore)
                Assert.Fail($"failed at {offset}");
            data.Write(output);
            offset += length;
        }

        return data.ToArray();
    }
}
