using System.Net.Sockets;
using System.Runtime.InteropServices;
using KcpTun.Primitives;

namespace KcpTun.IO.Linux;

/// <summary>
/// Generic receive offload (UDP_GRO): the kernel hands consecutive datagrams of one peer over in one piece, with
/// their common size as control data; only the last one may be shorter.
/// </summary>
internal static class Gro
{
    /// <summary>SOL_UDP.</summary>
    public const int Level = 17;

    /// <summary>UDP_GRO; its control data is the segment size, an int.</summary>
    public const int Option = 104;

    /// <summary>Room for the control data, bytes.</summary>
    public const int ControlSize = 24;

    /// <summary>Most datagrams in a message: UDP_MAX_SEGMENTS of today's kernels.</summary>
    public const int MaxSegments = 128;

    private const int ControlHeaderSize = 16;

    /// <summary>Linux 5.0 and later can.</summary>
    public static bool TryEnable(Socket socket)
    {
        try
        {
            socket.SetRawOption(Level, Option, 1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <param name="control">The control data that came with a message; the option is the only one asked for.</param>
    /// <returns>The size of the message's datagrams; 0 when it is a single one.</returns>
    public static int SegmentSize(ReadOnlySpan<byte> control)
    {
        if (control.Length < ControlHeaderSize + sizeof(int))
            return 0;
        CMsgHdr header = MemoryMarshal.Read<CMsgHdr>(control);
        return header is { Level: Level, Type: Option } ? MemoryMarshal.Read<int>(control[ControlHeaderSize..]) : 0;
    }

    /// <summary>
    /// Adds the datagrams of a message to the batch where they lie, each cut to
    /// <see cref="IDatagramChannel.LongestDelivered"/>.
    /// </summary>
    /// <returns>How many; fewer than there are when the batch becomes full.</returns>
    public static int Split(DatagramBatch batch, Slice message, int segmentSize, in PeerAddress peer)
    {
        int before = batch.Count;
        int offset = message.Offset;
        int end = message.Offset + message.Length;
        int step = segmentSize > 0 ? segmentSize : Math.Max(message.Length, 1);
        do
        {
            if (batch.IsFull)
                break;
            int length = Math.Min(Math.Min(step, end - offset), IDatagramChannel.LongestDelivered);
            batch.Add(new Slice(offset, length), peer);
            offset += step;
        }
        while (offset < end);

        return batch.Count - before;
    }
}
