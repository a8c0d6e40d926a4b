using System.Buffers.Binary;

namespace KcpTun.Sim.Tcp;

/// <summary>What a segment says besides its bytes.</summary>
[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 0x01,
    Syn = 0x02,
    Ack = 0x10,
}

/// <summary>A part of the sequence space.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">The one behind the last.</param>
internal readonly record struct TcpRange(long Start, long End);

/// <summary>
/// The header of a segment on the virtual path. Its size is that of a real one less the eight bytes that the path
/// counts for every datagram's ports and checksum: 20 bytes and 12 of timestamps, 4 and 8 for each SACK block, 8 for
/// what a SYN negotiates.
/// </summary>
/// <param name="Sequence">Of the first byte. Sequences start at 0: nobody guesses them here.</param>
/// <param name="Acknowledgement">The byte that is expected next.</param>
/// <param name="Window">Bytes that the receiver has room for.</param>
/// <param name="Blocks">SACK blocks behind the header, at most <see cref="MaxBlocks"/>.</param>
internal readonly record struct TcpHeader(uint Sequence, uint Acknowledgement, uint Window, TcpFlags Flags, int Blocks)
{
    /// <summary>As many as fit beside timestamps (RFC 2018, section 3).</summary>
    public const int MaxBlocks = 3;

    /// <summary>Payload of a full segment on a path of 1,500 bytes.</summary>
    public const int MaxPayload = 1448;

    /// <summary>The same beside as many SACK blocks as there may be.</summary>
    public const int MaxPayloadWithBlocks = MaxPayload - BlocksLength - (MaxBlocks * BlockLength);

    /// <summary>Of the options that only a SYN has: segment size, SACK, window scale.</summary>
    private const int OpeningLength = 8;

    private const int FixedLength = 24;
    private const int BlocksLength = 4;
    private const int BlockLength = 8;

    /// <summary>Bytes in front of the payload.</summary>
    public int Length =>
        FixedLength + (Blocks == 0 ? 0 : BlocksLength + (Blocks * BlockLength))
        + ((Flags & TcpFlags.Syn) == 0 ? 0 : OpeningLength);

    /// <summary>The sequence number nearest to <paramref name="near"/> of which these are the lower 32 bits.</summary>
    public static long Expand(uint value, long near) => near + (int)(value - (uint)near);

    /// <summary>Writes the header and <paramref name="blocks"/>, of which there are <see cref="Blocks"/>.</summary>
    public void Write(Span<byte> destination, ReadOnlySpan<TcpRange> blocks)
    {
        destination[..Length].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination, Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Acknowledgement);
        destination[8] = (byte)Blocks;
        destination[9] = (byte)Flags;
        BinaryPrimitives.WriteUInt32BigEndian(destination[10..], Window);
        for (int i = 0; i < Blocks; i++)
        {
            Span<byte> block = destination[(FixedLength + BlocksLength + (i * BlockLength))..];
            BinaryPrimitives.WriteUInt32BigEndian(block, (uint)blocks[i].Start);
            BinaryPrimitives.WriteUInt32BigEndian(block[4..], (uint)blocks[i].End);
        }
    }

    /// <summary>Reads a header; false when it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> segment, out TcpHeader header)
    {
        header = default;
        if (segment.Length < FixedLength || segment[8] > MaxBlocks)
            return false;
        header = new TcpHeader(
            BinaryPrimitives.ReadUInt32BigEndian(segment),
            BinaryPrimitives.ReadUInt32BigEndian(segment[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(segment[10..]),
            (TcpFlags)segment[9],
            segment[8]);
        return segment.Length >= header.Length;
    }

    /// <summary>Reads the SACK blocks of a segment with this header.</summary>
    /// <param name="near">A sequence number that they are close to.</param>
    public void ReadBlocks(ReadOnlySpan<byte> segment, long near, Span<TcpRange> blocks)
    {
        for (int i = 0; i < Blocks; i++)
        {
            ReadOnlySpan<byte> block = segment[(FixedLength + BlocksLength + (i * BlockLength))..];
            uint start = BinaryPrimitives.ReadUInt32BigEndian(block);
            uint end = BinaryPrimitives.ReadUInt32BigEndian(block[4..]);
            blocks[i] = new TcpRange(Expand(start, near), Expand(end, near));
        }
    }
}
