using System.Buffers;
using System.Buffers.Binary;
using KcpTun.Snappy;
using SnappyBlock = Snappier.Snappy;

namespace KcpTun.Sim.Conform.Wire;

/// <content>Chunks of snappy's framing format (PROTOCOL f).</content>
internal sealed partial class PacketEncoder
{
    /// <summary>Chunks, and bytes as they are, one after the other.</summary>
    public string? Chunks(IReadOnlyList<Packet> packets, ArrayBufferWriter<byte> output)
    {
        foreach (Packet packet in packets)
        {
            string? error = packet.Word switch
            {
                PacketWords.Bytes => Verbatim(packet, output),
                PacketWords.Chunk => Chunk(packet, output),
                _ => $"{packet.Word} is no chunk; write CHUNK [ ... ] or BYTES data=",
            };
            if (error is not null)
                return error;
        }

        return null;
    }

    private string? Chunk(Packet packet, ArrayBufferWriter<byte> output)
    {
        var fields = new PacketFields(packet);
        byte type = fields.UInt8("type", SnappyFormat.Uncompressed);
        string? error = Body(packet, fields, type, out ReadOnlyMemory<byte> body);
        uint length = fields.UInt24("len", body.Length);
        if (body.Length > 0xFF_FFFF && !fields.Has("len"))
            fields.Refuse($"CHUNK: its length does not fit 24 bits");
        if ((error ?? fields.Error) is { } problem)
            return problem;
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(SnappyFormat.HeaderLength), type | (length << 8));
        output.Advance(SnappyFormat.HeaderLength);
        output.Write(body.Span);
        return null;
    }

    /// <summary>What follows type and length.</summary>
    private string? Body(Packet packet, PacketFields fields, byte type, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (fields.Has("raw"))
        {
            body = fields.Bytes("raw");
            bool isMixed = fields.Has("data") || fields.Has("crc") || packet.Inner.Count > 0;
            return isMixed ? "CHUNK: raw= is all that follows the length, so it stands without data= and crc=" : null;
        }

        string? error = Payload(packet, fields, out ReadOnlyMemory<byte> data);
        if (error is not null)
            return error;
        bool isData = type is SnappyFormat.Compressed or SnappyFormat.Uncompressed;
        if (type == SnappyFormat.StreamIdentifier && data.IsEmpty)
            data = SnappyFormat.Identifier[SnappyFormat.HeaderLength..].ToArray();
        bool hasChecksum = isData || fields.Has("crc");
        uint checksum = fields.UInt32("crc", Crc32C.Masked(data.Span));
        ReadOnlyMemory<byte> content = type == SnappyFormat.Compressed ? SnappyBlock.CompressToArray(data.Span) : data;
        byte[] bytes = new byte[(hasChecksum ? SnappyFormat.ChecksumLength : 0) + content.Length];
        if (hasChecksum)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, checksum);
        content.CopyTo(bytes.AsMemory(bytes.Length - content.Length));
        body = bytes;
        return null;
    }
}
