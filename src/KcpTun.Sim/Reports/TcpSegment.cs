using System.Buffers.Binary;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Tcp;

namespace KcpTun.Sim.Reports;

/// <summary>
/// A segment of plain TCP as it would be on a real path (RFC 9293): the header that stands for it in the simulator has
/// other fields, and is eight bytes shorter. Ports and checksum are written by <see cref="IpPacket"/>.
/// </summary>
internal static class TcpSegment
{
    private const int FixedLength = 20;
    private const int TimestampsLength = 12;

    /// <summary>Sixteen bits hold the window of 6 MiB shifted by this.</summary>
    private const int WindowScale = 7;

    private const byte NoOperation = 1;
    private const byte SegmentSizeOption = 2;
    private const byte WindowScaleOption = 3;
    private const byte SackPermittedOption = 4;
    private const byte SackOption = 5;
    private const byte TimestampsOption = 8;

    /// <summary>Writes the segment; one that damage has made unreadable becomes all payload.</summary>
    /// <param name="segment">A <see cref="TcpHeader"/> and payload.</param>
    /// <param name="time">When it is sent, ns.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> segment, long time, Span<byte> destination)
    {
        bool isReadable = TcpHeader.TryRead(segment, out TcpHeader header);
        ReadOnlySpan<byte> payload = isReadable ? segment[header.Length..] : segment;
        Span<TcpRange> blocks = stackalloc TcpRange[header.Blocks];
        header.ReadBlocks(segment, 0, blocks);
        bool isSyn = (header.Flags & TcpFlags.Syn) != 0;
        int length = FixedLength;
        if (isReadable)
        {
            length += isSyn ? WriteOpening(destination[length..]) : Pad(destination[length..]);
            length += WriteTimestamps(time, destination[length..]);
            length += WriteBlocks(blocks, destination[length..]);
        }

        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], header.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], header.Acknowledgement);
        destination[12] = (byte)(length / 4 << 4);
        destination[13] = (byte)header.Flags;
        // A SYN's own window is not scaled (RFC 7323, section 2.2).
        uint window = isSyn ? header.Window : header.Window >> WindowScale;
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], (ushort)Math.Min(window, ushort.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], 0);
        payload.CopyTo(destination[length..]);
        return length + payload.Length;
    }

    /// <summary>Aligns what follows to four bytes.</summary>
    private static int Pad(Span<byte> destination)
    {
        destination[..2].Fill(NoOperation);
        return 2;
    }

    /// <summary>What a SYN negotiates; it ends where <see cref="Pad"/> would.</summary>
    private static int WriteOpening(Span<byte> destination)
    {
        // The options of a segment are part of the size that is announced (RFC 6691).
        const int SegmentSize = TcpHeader.MaxPayload + TimestampsLength;
        ReadOnlySpan<byte> options =
        [
            SegmentSizeOption, 4, SegmentSize >> 8, SegmentSize & 0xFF,
            NoOperation, WindowScaleOption, 3, WindowScale,
            SackPermittedOption, 2,
        ];
        options.CopyTo(destination);
        return options.Length;
    }

    /// <summary>In ms; nobody echoes them, as the model takes round trips from segments sent once.</summary>
    private static int WriteTimestamps(long time, Span<byte> destination)
    {
        destination[0] = TimestampsOption;
        destination[1] = 10;
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], (uint)(time / SimTime.Millisecond));
        BinaryPrimitives.WriteUInt32BigEndian(destination[6..], 0);
        return 10;
    }

    private static int WriteBlocks(ReadOnlySpan<TcpRange> blocks, Span<byte> destination)
    {
        if (blocks.IsEmpty)
            return 0;
        int length = Pad(destination);
        destination[length++] = SackOption;
        destination[length++] = (byte)(2 + (8 * blocks.Length));
        foreach (TcpRange block in blocks)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[length..], (uint)block.Start);
            BinaryPrimitives.WriteUInt32BigEndian(destination[(length + 4)..], (uint)block.End);
            length += 8;
        }

        return length;
    }
}
