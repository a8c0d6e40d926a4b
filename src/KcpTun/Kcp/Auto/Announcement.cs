using System.Buffers.Binary;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// What two ends in mode auto tell each other out of band (a FEC packet of type 0xF3, PROTOCOL b.1, which every other
/// peer drops): that acknowledgements may be repeated, and how many packets arrive, as RTCP's reports do (RFC 3550,
/// section 6.4).
/// </summary>
/// <remarks>
/// <para>Layout, little-endian: conversation u32, type u16 = 0xF3, length u16, conversation u32, mark u32, version u32,
/// sent u32, seen u32, received u32.</para>
/// <para>Release 20260314 reads the conversation at offset 8. Release 20210922 does not know the type and reads a KCP
/// packet: it finds the conversation at offset 0, so that it does not take the packet for a new session's, and then an
/// unknown command. The length, 32, keeps clear of the 28 bytes with which a packet stops the newer release.</para>
/// </remarks>
/// <param name="Sent">Packets that this end has sent.</param>
/// <param name="Seen"><see cref="Sent"/> of the last announcement that this end received.</param>
/// <param name="Received">Packets that this end had received when it did.</param>
internal readonly record struct Announcement(uint Sent, uint Seen, uint Received)
{
    /// <summary>Bytes of the packet.</summary>
    public const int Length = 32;

    private const ushort OutOfBandType = 0xF3;
    private const uint Mark = 0x4F54554B;
    private const uint Version = 1;

    /// <summary>Reads the announcement of a conversation's peer; false when the packet is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, uint conversation, out Announcement announcement)
    {
        announcement = default;
        if (packet.Length < Length || Word(packet, 8) != conversation || Word(packet, 12) != Mark)
            return false;
        announcement = new Announcement(Word(packet, 20), Word(packet, 24), Word(packet, 28));
        return Word(packet, 16) >= Version;
    }

    /// <param name="packet">At least <see cref="Length"/> bytes.</param>
    /// <param name="conversation">Conversation id.</param>
    public void Write(Span<byte> packet, uint conversation)
    {
        Put(packet, 0, conversation);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[4..], OutOfBandType);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[6..], Length - 6);
        Put(packet, 8, conversation);
        Put(packet, 12, Mark);
        Put(packet, 16, Version);
        Put(packet, 20, Sent);
        Put(packet, 24, Seen);
        Put(packet, 28, Received);
    }

    private static uint Word(ReadOnlySpan<byte> packet, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(packet[offset..]);

    private static void Put(Span<byte> packet, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(packet[offset..], value);
}
