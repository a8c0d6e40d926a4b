using KcpTun.Fec;
using KcpTun.Kcp;

namespace KcpTun.Link;

/// <summary>What a server learns from an authentic packet before any session has seen it (PROTOCOL c.10).</summary>
/// <param name="HasConversation">False for parity and short packets: they belong to whoever has the address.</param>
/// <param name="Sequence">Sequence number of the first segment.</param>
/// <param name="MayOpen">
/// The first segment is one that a new session could use. Go lets any packet open a session; one whose first segment is
/// malformed or beyond every receive window could never progress, so it does not cost us one. Nor could one that
/// acknowledges something: we have sent nothing yet, so it belongs to a session that is gone here, after a restart or
/// behind a NAT that changed its mapping. Its sender finds out sooner if nobody answers.
/// </param>
public readonly record struct PacketClass(bool HasConversation, uint Conversation, uint Sequence, bool MayOpen)
{
    /// <summary>Classifies a packet whose envelope has been removed.</summary>
    /// <param name="packet">FEC or bare KCP packet, any length.</param>
    /// <param name="receiveWindow">Segments a new session would accept.</param>
    public static PacketClass Of(ReadOnlySpan<byte> packet, int receiveWindow)
    {
        if (!FecHeader.IsFec(packet))
            return OfSegment(packet, receiveWindow);
        return FecHeader.ReadType(packet) == FecHeader.DataType && packet.Length >= FecHeader.Length + KcpHeader.Length
            ? OfSegment(packet[FecHeader.Length..], receiveWindow)
            : default;
    }

    private static PacketClass OfSegment(ReadOnlySpan<byte> segment, int receiveWindow)
    {
        if (segment.Length < KcpHeader.Length)
            return default;
        KcpHeader header = KcpHeader.Read(segment);
        bool isSane = KcpHeader.IsKnownCommand(header.Command)
            && header.PayloadLength <= (uint)(segment.Length - KcpHeader.Length);
        bool isUsable = header.Command != KcpHeader.Push || header.SequenceNumber < (uint)receiveWindow;
        bool isFresh = header.Unacknowledged == 0;
        return new PacketClass(true, header.Conversation, header.SequenceNumber, isSane && isUsable && isFresh);
    }
}
