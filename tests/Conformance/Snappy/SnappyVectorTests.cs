using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Snappy;

namespace KcpTun.Conformance.Snappy;

/// <summary>What the Go library wrote and accepted (snappy.json, e2e_capture.json).</summary>
public sealed class SnappyVectorTests
{
    private const int IdentifierLength = 10;

    [Test]
    public void Each_write_has_the_chunks_of_the_reference()
    {
        var writer = new SnappyFrameWriter();
        var ours = new SnappyFrameReader();
        var theirs = new SnappyFrameReader();
        int row = 0;
        foreach (JsonElement write in Vectors.Load("snappy.json").GetProperty("stream").EnumerateArray())
        {
            string name = write.GetProperty("name").GetString()!;
            byte[] data = write.TryGetProperty("data", out JsonElement bytes)
                ? bytes.GetBytesFromBase64()
                : new byte[write.GetProperty("len").GetInt32()];
            byte[] expected = [.. write.GetProperty("writes").EnumerateArray().SelectMany(w => w.GetBytesFromBase64())];
            byte[] encoded = new byte[SnappyFrameWriter.MaxEncodedLength(data.Length)];
            encoded = encoded[..writer.Write(data, encoded)];

            // The headers' types and checksums are fixed; the bytes of a compressed block are the compressor's choice.
            ChunkShapes(encoded).ShouldBe(ChunkShapes(expected), name);
            bool isStored = !ChunkShapes(expected).Any(shape => shape.StartsWith("00", StringComparison.Ordinal));
            if (isStored)
                encoded.ShouldBe(expected, name);
            (encoded[0] == 0xFF).ShouldBe(row++ == 0, name);
            Streams.ReadAll(ours, encoded).ShouldBe(data, name);
            Streams.ReadAll(theirs, expected).ShouldBe(data, name);
        }

        row.ShouldBe(8);
    }

    [Test]
    public void A_reader_accepts_and_refuses_what_the_reference_does()
    {
        foreach (JsonElement row in Vectors.Load("snappy.json").GetProperty("decode").EnumerateArray())
        {
            string name = row.GetProperty("name").GetString()!;
            byte[] stream = row.GetProperty("stream").GetBytesFromBase64();
            string error = row.TryGetProperty("error", out JsonElement text) ? text.GetString()! : "";
            SnappyResult expected = error switch
            {
                // A connection has no end at which an incomplete chunk could be noticed: it waits for the rest.
                _ when name == "truncated" => SnappyResult.NeedMore,
                "" => SnappyResult.NeedMore,
                "snappy: corrupt input" => SnappyResult.Corrupt,
                "snappy: unsupported input" => SnappyResult.Unsupported,
                _ => throw new InvalidDataException(error),
            };

            SnappyResult result = Streams.Read(new SnappyFrameReader(), stream, out byte[] output);
            result.ShouldBe(expected, name);
            System.Text.Encoding.ASCII.GetString(output).ShouldBe(row.GetProperty("out").GetString(), name);
        }
    }

    [Test]
    public void Captured_streams_of_the_released_clients_decode_and_are_what_we_would_send()
    {
        int checkedCases = 0;
        foreach (JsonElement row in Vectors.Load("e2e_capture.json").GetProperty("cases").EnumerateArray())
        {
            if (!row.TryGetProperty("snappy_chunks", out JsonElement chunks))
                continue;
            checkedCases++;
            byte[] captured = row.GetProperty("kcp_stream").GetBytesFromBase64();
            var reader = new SnappyFrameReader();
            var writer = new SnappyFrameWriter();
            var sent = new MemoryStream();
            ReadOnlySpan<byte> input = captured;
            byte[] encoded = new byte[SnappyFrameWriter.MaxEncodedLength(captured.Length)];
            while (reader.Read(ref input, out ReadOnlySpan<byte> chunk) == SnappyResult.Chunk)
                sent.Write(encoded, 0, writer.Write(chunk, encoded));
            sent.ToArray().ShouldBe(captured);
            ChunkShapes(captured).Count.ShouldBe(chunks.GetArrayLength());
        }

        checkedCases.ShouldBe(2);
    }

    /// <summary>Type and checksum of each chunk; the identifier in full.</summary>
    private static List<string> ChunkShapes(ReadOnlySpan<byte> stream)
    {
        var shapes = new List<string>();
        while (!stream.IsEmpty)
        {
            int length = stream[1] | (stream[2] << 8) | (stream[3] << 16);
            shapes.Add(stream[0] == 0xFF
                ? Convert.ToHexString(stream[..IdentifierLength])
                : $"{stream[0]:X2} {Convert.ToHexString(stream.Slice(4, 4))}");
            stream = stream[(4 + length)..];
        }

        return shapes;
    }
}

internal static class Streams
{
    public static byte[] ReadAll(SnappyFrameReader reader, ReadOnlySpan<byte> stream)
    {
        Read(reader, stream, out byte[] output).ShouldBe(SnappyResult.NeedMore);
        return output;
    }

    /// <summary>Reads until the stream is used up or fails.</summary>
    public static SnappyResult Read(SnappyFrameReader reader, ReadOnlySpan<byte> stream, out byte[] output)
    {
        var data = new MemoryStream();
        SnappyResult result;
        while ((result = reader.Read(ref stream, out ReadOnlySpan<byte> chunk)) == SnappyResult.Chunk)
            data.Write(chunk);
        output = data.ToArray();
        return result;
    }
}
