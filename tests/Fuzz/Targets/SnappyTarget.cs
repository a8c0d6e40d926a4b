using System.Buffers.Binary;
using KcpTun.Snappy;
using SnappyBlock = Snappier.Snappy;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: a mode, a length of pieces, then a stream. In one mode the chunks' checksums are corrected first, as no
/// fuzzer guesses one; in the other the bytes are data to compress.
/// </summary>
internal sealed class SnappyTarget : FuzzTarget
{
    public override string Name => "snappy";

    public override string Property =>
        "any stream decodes or is refused, the same however it is cut; what the writer writes the reader reads";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        byte mode = choices.Byte();
        int piece = 1 + choices.Byte();
        byte[] stream = choices.Rest().ToArray();
        if ((mode & 3) == 0)
        {
            RoundTrip(stream, piece);
            return;
        }

        if ((mode & 3) == 1)
            CorrectChecksums(stream);
        (byte[] whole, SnappyResult end) = Read(stream, int.MaxValue);
        (byte[] pieces, SnappyResult endOfPieces) = Read(stream, piece);
        FuzzFailure.Unless(end == endOfPieces, $"{end} as a whole and {endOfPieces} in pieces of {piece}");
        FuzzFailure.Unless(whole.AsSpan().SequenceEqual(pieces), $"other data in pieces of {piece}");
    }

    private static void RoundTrip(byte[] data, int piece)
    {
        var writer = new SnappyFrameWriter();
        using var wire = new MemoryStream();
        for (int offset = 0; offset < data.Length; offset += piece * 37)
        {
            ReadOnlySpan<byte> part = data.AsSpan(offset, Math.Min(piece * 37, data.Length - offset));
            byte[] room = new byte[SnappyFrameWriter.MaxEncodedLength(part.Length)];
            wire.Write(room, 0, writer.Write(part, room));
        }

        (byte[] back, SnappyResult end) = Read(wire.ToArray(), piece);
        FuzzFailure.Unless(end == SnappyResult.NeedMore, $"the writer's stream is {end}");
        FuzzFailure.Unless(back.AsSpan().SequenceEqual(data), "the reader reads something else than was written");
    }

    private static (byte[] Data, SnappyResult End) Read(byte[] stream, int piece)
    {
        var reader = new SnappyFrameReader();
        using var data = new MemoryStream();
        var result = SnappyResult.NeedMore;
        for (int offset = 0; offset < stream.Length && result == SnappyResult.NeedMore; offset += piece)
        {
            ReadOnlySpan<byte> rest = stream.AsSpan(offset, Math.Min(piece, stream.Length - offset));
            do
            {
                result = reader.Read(ref rest, out ReadOnlySpan<byte> output);
                FuzzFailure.Unless(output.IsEmpty || result == SnappyResult.Chunk, $"{result} with data");
                FuzzFailure.Unless(output.Length <= SnappyFormat.MaxBlockLength, $"a chunk of {output.Length} bytes");
                data.Write(output);
            }
            while (result == SnappyResult.Chunk);

            FuzzFailure.Unless(result != SnappyResult.NeedMore || rest.IsEmpty, "input is left although more is needed");
            if (piece == int.MaxValue)
                break;
        }

        if (result != SnappyResult.NeedMore)
        {
            ReadOnlySpan<byte> more = SnappyFormat.Identifier;
            FuzzFailure.Unless(reader.Read(ref more, out _) == result, $"the reader goes on after {result}");
        }

        return (data.ToArray(), result);
    }

    /// <summary>Gives every data chunk that decodes the checksum of what it decodes to.</summary>
    private static void CorrectChecksums(Span<byte> stream)
    {
        while (stream.Length >= SnappyFormat.HeaderLength + SnappyFormat.ChecksumLength)
        {
            int length = (int)(BinaryPrimitives.ReadUInt32LittleEndian(stream) >> 8);
            Span<byte> body = stream[SnappyFormat.HeaderLength..];
            body = body[..Math.Min(length, body.Length)];
            if (stream[0] <= SnappyFormat.Uncompressed && body.Length >= SnappyFormat.ChecksumLength)
            {
                ReadOnlySpan<byte> data = body[SnappyFormat.ChecksumLength..];
                if (stream[0] == SnappyFormat.Compressed)
                    data = Decompress(data);
                BinaryPrimitives.WriteUInt32LittleEndian(body, Crc32C.Masked(data));
            }

            stream = stream[(SnappyFormat.HeaderLength + body.Length)..];
        }
    }

    private static byte[] Decompress(ReadOnlySpan<byte> block)
    {
        try
        {
            return SnappyBlock.GetUncompressedLength(block) is >= 0 and <= SnappyFormat.MaxBlockLength
                ? SnappyBlock.DecompressToArray(block)
                : [];
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException)
        {
            return [];
        }
    }
}
