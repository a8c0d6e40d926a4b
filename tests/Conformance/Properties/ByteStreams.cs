using CsCheck;
using KcpTun.Conformance.Support;
using KcpTun.Snappy;

namespace KcpTun.Conformance.Properties;

/// <summary>Streams as a list of writes, and the ways to cut their bytes.</summary>
internal static class ByteStreams
{
    /// <summary>Writes of any length, of text that compresses, of noise, or of both.</summary>
    public static Gen<byte[][]> Writes { get; } = Gen.Select(Gen.Int[0, 70_000], Gen.Int[0, 255], Gen.UInt)
        .Select((length, noise, seed) => Content(length, noise, seed)).Array[0, 6];

    /// <summary>Lengths of pieces; after the last of them all that is left is one piece.</summary>
    public static Gen<int[]> Cuts { get; } =
        Gen.OneOf(Gen.Int[1, 9].Array[0, 400], Gen.Int[1, 5000].Array[0, 60]);

    public static byte[] Join(byte[][] writes) => [.. writes.SelectMany(write => write)];

    public static IEnumerable<byte[]> Cut(byte[] stream, int[] cuts)
    {
        int offset = 0;
        foreach (int cut in cuts.Append(int.MaxValue))
        {
            if (offset == stream.Length)
                yield break;
            int length = Math.Min(cut, stream.Length - offset);
            yield return stream[offset..(offset + length)];
            offset += length;
        }
    }

    public static byte[] Compress(SnappyFrameWriter writer, params byte[][] writes)
    {
        using var stream = new MemoryStream();
        foreach (byte[] write in writes)
        {
            byte[] encoded = new byte[SnappyFrameWriter.MaxEncodedLength(write.Length)];
            stream.Write(encoded, 0, writer.Write(write, encoded));
        }

        return stream.ToArray();
    }

    public static byte[] Decompress(byte[] stream, int[] cuts)
    {
        var reader = new SnappyFrameReader();
        using var data = new MemoryStream();
        foreach (byte[] piece in Cut(stream, cuts))
        {
            foreach (byte[] chunk in Chunks(reader, piece))
                data.Write(chunk);
        }

        return data.ToArray();
    }

    /// <summary>What a piece of a snappy stream completes.</summary>
    public static List<byte[]> Chunks(SnappyFrameReader reader, ReadOnlySpan<byte> piece)
    {
        List<byte[]> chunks = [];
        while (true)
        {
            SnappyResult result = reader.Read(ref piece, out ReadOnlySpan<byte> output);
            if (result == SnappyResult.NeedMore)
                return chunks;
            result.ShouldBe(SnappyResult.Chunk);
            chunks.Add(output.ToArray());
        }
    }

    private static byte[] Content(int length, int noise, uint seed)
    {
        byte[] data = Vectors.Lcg(seed, length);
        for (int i = 0; i < length; i++)
            data[i] = data[i] < noise ? data[i] : (byte)"the quick brown fox "[i % 20];
        return data;
    }
}
