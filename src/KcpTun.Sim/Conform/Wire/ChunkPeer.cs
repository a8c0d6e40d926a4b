using System.Buffers;
using System.Buffers.Binary;
using KcpTun.Snappy;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>Layer <c>snappy</c>: an event is a chunk of the compressed stream; KCP runs by itself.</summary>
internal sealed class ChunkPeer : StreamPeer
{
    /// <summary>Longest body that is collected; of a longer one only the header is reported.</summary>
    private const int MaxBody = 1 << 17;

    private StreamBuffer _received = new();
    private int _skip;

    public ChunkPeer(PeerSettings settings)
        : base(settings)
    {
    }

    protected override string? Encode(IReadOnlyList<Packet> packets, ArrayBufferWriter<byte> output) =>
        Encoder.Chunks(packets, output);

    protected override void BeginStream()
    {
        _received = new StreamBuffer();
        _skip = 0;
    }

    protected override void Take(ReadOnlySpan<byte> bytes)
    {
        int skipped = Math.Min(_skip, bytes.Length);
        _skip -= skipped;
        _received.Append(bytes[skipped..]);
        while (_received.Bytes.Length >= SnappyFormat.HeaderLength)
        {
            uint header = BinaryPrimitives.ReadUInt32LittleEndian(_received.Bytes);
            int length = (int)(header >> 8);
            byte type = (byte)header;
            int whole = SnappyFormat.HeaderLength + length;
            if (length > MaxBody)
            {
                int there = Math.Min(whole, _received.Bytes.Length);
                _received.Consume(there);
                _skip = whole - there;
                Report(new Packet(
                    PacketWords.Chunk, PacketReader.Field("type", type), PacketReader.Field("len", length)));
                continue;
            }

            if (_received.Bytes.Length < whole)
                return;
            Report(Chunk(type, _received.Bytes[..whole]));
            _received.Consume(whole);
        }
    }

    /// <summary>A data chunk that is intact shows its data, any other one what follows the length.</summary>
    private static Packet Chunk(byte type, ReadOnlySpan<byte> chunk)
    {
        PacketField kind = PacketReader.Field("type", type);
        ReadOnlySpan<byte> body = chunk[SnappyFormat.HeaderLength..];
        PacketField length = PacketReader.Field("len", body.Length);
        if (type is not (SnappyFormat.Compressed or SnappyFormat.Uncompressed) || !TryRead(chunk, out byte[] data))
            return new Packet(PacketWords.Chunk, kind, length, PacketReader.Field("raw", body.ToArray()));
        PacketField checksum = PacketReader.Field("crc", BinaryPrimitives.ReadUInt32LittleEndian(body));
        return new Packet(PacketWords.Chunk, kind, length, checksum, PacketReader.Field("data", data));
    }

    /// <summary>A reader of its own for each chunk, as one does not go on behind an error.</summary>
    private static bool TryRead(ReadOnlySpan<byte> chunk, out byte[] data)
    {
        var reader = new SnappyFrameReader();
        ReadOnlySpan<byte> identifier = SnappyFormat.Identifier;
        reader.Read(ref identifier, out _);
        bool isGood = reader.Read(ref chunk, out ReadOnlySpan<byte> output) == SnappyResult.Chunk;
        data = output.ToArray();
        return isGood;
    }
}
