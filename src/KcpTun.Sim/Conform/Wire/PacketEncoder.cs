using System.Buffers;
using System.Buffers.Binary;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// Makes bytes of what a script sends: every field as told, also where it lies, and the defaults of
/// docs/conformance/scripts.md for the rest. Every method returns what is wrong, in one sentence, or null.
/// </summary>
internal sealed partial class PacketEncoder(LinkOptions link)
{
    private const int DefaultWindow = 128;

    /// <summary>What <c>conv</c> is if it is not given; null while a played server has heard of no client.</summary>
    public uint? Conversation { get; set; }

    /// <summary>Segments, and bytes as they are, one after the other: a KCP packet.</summary>
    public string? Segments(IReadOnlyList<Packet> packets, Instant now, ArrayBufferWriter<byte> output)
    {
        foreach (Packet packet in packets)
        {
            string? error = packet.Word switch
            {
                PacketWords.Bytes => Verbatim(packet, output),
                _ when PacketWords.IsSegment(packet.Word) => Segment(packet, now, output),
                _ => Misplaced(packet.Word, packets.Count > 1),
            };
            if (error is not null)
                return error;
        }

        return null;
    }

    /// <summary>Bytes as they are.</summary>
    public static string? Verbatim(Packet packet, ArrayBufferWriter<byte> output)
    {
        var fields = new PacketFields(packet);
        output.Write(fields.Bytes("data").Span);
        return fields.Error ?? RefuseInner(packet);
    }

    private static string Misplaced(string word, bool isJoined)
    {
        if (PacketWords.IsFrame(word) || word == PacketWords.Chunk)
            return $"{word} is no segment: put it into PUSH [ ... ], or write the script for the layer above";
        return isJoined && PacketWords.FieldsOf(word).Count > 0
            ? $"{word} is a datagram of its own and cannot be joined with other packets"
            : $"there is no packet {word} inside a datagram";
    }

    private string? Segment(Packet packet, Instant now, ArrayBufferWriter<byte> output)
    {
        var fields = new PacketFields(packet);
        string? error = Payload(packet, fields, out ReadOnlyMemory<byte> payload);
        if (error is not null)
            return error;
        if (Conversation is null && !fields.Has("conv"))
            return $"{packet.Word} needs conv=: the subject has not sent anything yet that tells its conversation";
        var header = new KcpHeader(
            fields.UInt32("conv", Conversation ?? 0),
            PacketWords.SegmentCommand(packet.Word) ?? Command(packet, fields),
            fields.UInt8("frg", 0),
            fields.UInt16("wnd", DefaultWindow),
            fields.UInt32("ts", now.KcpMilliseconds),
            fields.UInt32("sn", 0),
            fields.UInt32("una", 0),
            fields.UInt32("len", (uint)payload.Length));
        if (fields.Error is not null)
            return fields.Error;
        header.Write(output.GetSpan(KcpHeader.Length));
        output.Advance(KcpHeader.Length);
        output.Write(payload.Span);
        return null;
    }

    private static byte Command(Packet packet, PacketFields fields)
    {
        if (!fields.Has("cmd"))
            fields.Refuse($"{packet.Word} needs cmd=");
        return fields.UInt8("cmd", 0);
    }

    /// <summary>What a segment or a chunk carries: data, or what stands in brackets.</summary>
    private string? Payload(Packet packet, PacketFields fields, out ReadOnlyMemory<byte> payload)
    {
        payload = fields.Bytes("data");
        if (packet.Inner.Count == 0)
            return fields.Error;
        var inner = new ArrayBufferWriter<byte>();
        bool areChunks = packet.Inner.Any(carried => carried.Word == PacketWords.Chunk);
        string? error = areChunks ? Chunks(packet.Inner, inner) : Frames(packet.Inner, inner);
        // A packet that was taken apart has both.
        if (error is null && fields.Has("data") && !payload.Span.SequenceEqual(inner.WrittenSpan))
            error = $"{packet.Word} has data= and [ ... ], and they are not the same; leave one of them out";
        payload = inner.WrittenMemory;
        return fields.Error ?? error;
    }

    private static string? RefuseInner(Packet packet) =>
        packet.Inner.Count == 0 ? null : $"{packet.Word} carries no other packets";
}

/// <content>Frames of smux (PROTOCOL e.1).</content>
internal sealed partial class PacketEncoder
{
    /// <summary>Frames, and bytes as they are, one after the other.</summary>
    public string? Frames(IReadOnlyList<Packet> packets, ArrayBufferWriter<byte> output)
    {
        foreach (Packet packet in packets)
        {
            string? error = packet.Word switch
            {
                PacketWords.Bytes => Verbatim(packet, output),
                _ when PacketWords.IsFrame(packet.Word) => Frame(packet, output),
                _ => $"{packet.Word} is no frame; frames are SYN, FIN, PSH, NOP, UPD and FRAME",
            };
            if (error is not null)
                return error;
        }

        return null;
    }

    private string? Frame(Packet packet, ArrayBufferWriter<byte> output)
    {
        var fields = new PacketFields(packet);
        byte command = PacketWords.FrameCommand(packet.Word) ?? Command(packet, fields);
        bool isUpdate = packet.Word == "UPD" && !fields.Has("data");
        ReadOnlyMemory<byte> payload = isUpdate ? Update(fields) : fields.Bytes("data");
        bool needsStream = packet.Word is not ("NOP" or PacketWords.Frame);
        var frame = new SmuxFrame(
            fields.UInt8("ver", (byte)link.Smux.Version),
            (SmuxCommand)command,
            fields.UInt16("len", payload.Length),
            needsStream ? fields.RequiredUInt32("sid") : fields.UInt32("sid", 0));
        if (payload.Length > SmuxFrame.MaxPayload && !fields.Has("len"))
            fields.Refuse($"{packet.Word}: a frame carries at most {SmuxFrame.MaxPayload} bytes, not {payload.Length}");
        if (fields.Error is not null)
            return fields.Error;
        output.Advance(frame.WriteHeader(output.GetSpan(SmuxFrame.HeaderLength)));
        output.Write(payload.Span);
        return RefuseInner(packet);
    }

    private ReadOnlyMemory<byte> Update(PacketFields fields)
    {
        byte[] payload = new byte[SmuxFrame.UpdatePayload];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, fields.UInt32("consumed", 0));
        BinaryPrimitives.WriteUInt32LittleEndian(
            payload.AsSpan(sizeof(uint)), fields.UInt32("window", (uint)link.Smux.StreamBuffer));
        return payload;
    }
}
