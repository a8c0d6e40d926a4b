using System.Buffers.Binary;

namespace KcpTun.Kcp;

/// <summary>The 24-byte header of a segment, all fields little-endian (PROTOCOL c.1).</summary>
public readonly record struct KcpHeader(
    uint Conversation,
    byte Command,
    byte Fragment,
    ushort Window,
    uint Timestamp,
    uint SequenceNumber,
    uint Unacknowledged,
    uint PayloadLength)
{
    /// <summary>Bytes of a header.</summary>
    public const int Length = 24;

    public const int ConversationOffset = 0;
    public const int CommandOffset = 4;
    public const int FragmentOffset = 5;
    public const int WindowOffset = 6;
    public const int TimestampOffset = 8;
    public const int SequenceNumberOffset = 12;
    public const int UnacknowledgedOffset = 16;
    public const int PayloadLengthOffset = 20;

    /// <summary>Command of a segment that carries data.</summary>
    public const byte Push = 81;

    /// <summary>Command of an acknowledgement.</summary>
    public const byte Ack = 82;

    /// <summary>Command that asks for the peer's window (WASK).</summary>
    public const byte WindowProbe = 83;

    /// <summary>Command that tells our window (WINS).</summary>
    public const byte WindowTell = 84;

    public static bool IsKnownCommand(byte command) => command is >= Push and <= WindowTell;

    /// <param name="source">At least <see cref="Length"/> bytes.</param>
    public static uint ReadConversation(ReadOnlySpan<byte> source) =>
        BinaryPrimitives.ReadUInt32LittleEndian(source[ConversationOffset..]);

    /// <param name="source">At least <see cref="Length"/> bytes.</param>
    public static uint ReadSequenceNumber(ReadOnlySpan<byte> source) =>
        BinaryPrimitives.ReadUInt32LittleEndian(source[SequenceNumberOffset..]);

    /// <param name="source">At least <see cref="Length"/> bytes.</param>
    public static KcpHeader Read(ReadOnlySpan<byte> source)
    {
        source = source[..Length];
        return new KcpHeader(
            ReadConversation(source),
            source[CommandOffset],
            source[FragmentOffset],
            BinaryPrimitives.ReadUInt16LittleEndian(source[WindowOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[TimestampOffset..]),
            ReadSequenceNumber(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[UnacknowledgedOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[PayloadLengthOffset..]));
    }

    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        destination = destination[..Length];
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ConversationOffset..], Conversation);
        destination[CommandOffset] = Command;
        destination[FragmentOffset] = Fragment;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[WindowOffset..], Window);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[TimestampOffset..], Timestamp);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[SequenceNumberOffset..], SequenceNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[UnacknowledgedOffset..], Unacknowledged);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PayloadLengthOffset..], PayloadLength);
    }
}
