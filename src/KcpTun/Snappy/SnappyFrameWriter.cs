using System.Buffers.Binary;
using SnappyBlock = Snappier.Snappy;

namespace KcpTun.Snappy;

/// <summary>
/// Compresses one direction of a connection into a snappy framing-format stream (PROTOCOL f). Every write is complete
/// in itself: nothing is held back for the next one.
/// </summary>
public sealed class SnappyFrameWriter
{
    private bool _isStarted;

    /// <summary>Room that <see cref="Write"/> needs for <paramref name="n"/> bytes of data, bytes.</summary>
    public static int MaxEncodedLength(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        const int Overhead = SnappyFormat.HeaderLength + SnappyFormat.ChecksumLength;
        (int full, int rest) = Math.DivRem(n, SnappyFormat.MaxBlockLength);
        return checked(SnappyFormat.Identifier.Length
            + (full * (SnappyFormat.HeaderLength + SnappyFormat.MaxChunkBody))
            + Overhead + SnappyBlock.GetMaxCompressedLength(rest));
    }

    /// <summary>
    /// Writes <paramref name="data"/> as chunks of at most 65536 bytes, before the first ever the stream identifier.
    /// </summary>
    /// <param name="data">Must not overlap <paramref name="destination"/>; when empty nothing is written.</param>
    /// <param name="destination">At least <see cref="MaxEncodedLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Write(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(
            destination.Length, MaxEncodedLength(data.Length), nameof(destination));
        int length = 0;
        if (!_isStarted && !data.IsEmpty)
        {
            SnappyFormat.Identifier.CopyTo(destination);
            length = SnappyFormat.Identifier.Length;
            _isStarted = true;
        }

        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> block = data[..Math.Min(data.Length, SnappyFormat.MaxBlockLength)];
            length += WriteChunk(block, destination[length..]);
            data = data[block.Length..];
        }

        return length;
    }

    private static int WriteChunk(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        Span<byte> body = destination[(SnappyFormat.HeaderLength + SnappyFormat.ChecksumLength)..];
        byte type = SnappyFormat.Compressed;
        int length = SnappyBlock.Compress(block, body);

        // The reference's threshold: what saves less than an eighth is not worth the peer's decompression.
        if (length >= block.Length - (block.Length / 8))
        {
            type = SnappyFormat.Uncompressed;
            length = block.Length;
            block.CopyTo(body);
        }

        // The length takes the three bytes above the type.
        uint header = type | ((uint)(SnappyFormat.ChecksumLength + length) << 8);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, header);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[SnappyFormat.HeaderLength..], Crc32C.Masked(block));
        return SnappyFormat.HeaderLength + SnappyFormat.ChecksumLength + length;
    }
}
