using System.Buffers.Binary;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Smux;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// Takes packets apart, every field concrete and in the order of the wire. Any bytes are fine: what cannot be
/// understood becomes <c>BYTES</c>.
/// </summary>
internal sealed class PacketReader(LinkOptions link)
{
    private readonly bool _hasFramesInside = !link.Compression;

    /// <summary>A packet whose envelope has been removed, with its FEC header if it has one.</summary>
    public List<Packet> Datagram(ReadOnlyMemory<byte> packet)
    {
        if (!FecHeader.IsFec(packet.Span))
            return Segments(packet);
        PacketField sequence = Field("seq", FecHeader.ReadSequence(packet.Span));
        ReadOnlyMemory<byte> region = packet[FecHeader.RegionOffset..];
        switch (FecHeader.ReadType(packet.Span))
        {
            case FecHeader.DataType when packet.Length >= FecHeader.Length:
                PacketField size = Field("size", BinaryPrimitives.ReadUInt16LittleEndian(region.Span));
                return [new Packet(PacketWords.Fec, [sequence, size], Segments(packet[FecHeader.Length..]))];
            case FecHeader.ParityType:
                return [new Packet(PacketWords.Parity, sequence, Field("data", region))];
            case FecHeader.OutOfBandType:
                return [new Packet(PacketWords.OutOfBand, sequence, Field("data", region))];
            default:
                return [Bytes(packet)];
        }
    }

    /// <summary>A KCP packet; what remains behind its last whole segment comes as bytes.</summary>
    public List<Packet> Segments(ReadOnlyMemory<byte> packet)
    {
        List<Packet> segments = [];
        while (packet.Length >= KcpHeader.Length)
        {
            KcpHeader header = KcpHeader.Read(packet.Span);
            if (header.PayloadLength > (uint)(packet.Length - KcpHeader.Length))
                break;
            int length = (int)header.PayloadLength;
            segments.Add(Segment(header, packet.Slice(KcpHeader.Length, length)));
            packet = packet[(KcpHeader.Length + length)..];
        }

        if (!packet.IsEmpty || segments.Count == 0)
            segments.Add(Bytes(packet));
        return segments;
    }

    /// <summary>A whole frame.</summary>
    /// <param name="payload">As many bytes as its header announces.</param>
    public static Packet Frame(in SmuxFrame frame, ReadOnlyMemory<byte> payload)
    {
        bool isShort = frame.Command == SmuxCommand.Upd && payload.Length != SmuxFrame.UpdatePayload;
        string word = isShort ? PacketWords.Frame : PacketWords.FrameWord(frame.Command);
        List<PacketField> fields = [Field("ver", frame.Version)];
        if (word == PacketWords.Frame)
            fields.Add(Field("cmd", (byte)frame.Command));
        fields.Add(Field("len", frame.Length));
        fields.Add(Field("sid", frame.StreamId));
        if (word == "UPD")
        {
            fields.Add(Field("consumed", BinaryPrimitives.ReadUInt32LittleEndian(payload.Span)));
            fields.Add(Field("window", BinaryPrimitives.ReadUInt32LittleEndian(payload.Span[sizeof(uint)..])));
        }
        else if (word == "PSH" || !payload.IsEmpty)
        {
            fields.Add(Field("data", payload));
        }

        return new Packet(word, fields);
    }

    public static Packet Bytes(ReadOnlyMemory<byte> data) => new(PacketWords.Bytes, Field("data", data));

    public static Packet Raw(ReadOnlyMemory<byte> data) => new(PacketWords.Raw, Field("data", data));

    public static PacketField Field(string name, long number) => new(name, FieldValue.Of(number));

    public static PacketField Field(string name, ReadOnlyMemory<byte> data) => new(name, FieldValue.Of(data));

    private Packet Segment(in KcpHeader header, ReadOnlyMemory<byte> payload)
    {
        string word = PacketWords.SegmentWord(header.Command);
        List<PacketField> fields = [Field("conv", header.Conversation)];
        if (word == PacketWords.Command)
            fields.Add(Field("cmd", header.Command));
        fields.Add(Field("frg", header.Fragment));
        fields.Add(Field("wnd", header.Window));
        fields.Add(Field("ts", header.Timestamp));
        fields.Add(Field("sn", header.SequenceNumber));
        fields.Add(Field("una", header.Unacknowledged));
        fields.Add(Field("len", header.PayloadLength));
        if (header.Command == KcpHeader.Push || !payload.IsEmpty)
            fields.Add(Field("data", payload));
        bool mayCarry = _hasFramesInside && header.Command == KcpHeader.Push;
        return new Packet(word, fields, mayCarry ? WholeFrames(payload) : []);
    }

    /// <summary>The frames in a payload that is nothing but whole frames; else none.</summary>
    private List<Packet> WholeFrames(ReadOnlyMemory<byte> payload)
    {
        List<Packet> frames = [];
        while (payload.Length >= SmuxFrame.HeaderLength)
        {
            SmuxFrame frame = SmuxFrame.ReadHeader(payload.Span);
            bool isKnown = frame.Version == link.Smux.Version && frame.Command <= SmuxCommand.Upd;
            if (!isKnown || frame.Length > payload.Length - SmuxFrame.HeaderLength)
                return [];
            frames.Add(Frame(frame, payload.Slice(SmuxFrame.HeaderLength, frame.Length)));
            payload = payload[(SmuxFrame.HeaderLength + frame.Length)..];
        }

        return payload.IsEmpty ? frames : [];
    }
}
