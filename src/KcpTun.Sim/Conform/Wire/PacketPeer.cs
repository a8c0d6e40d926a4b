using System.Buffers;
using KcpTun.Fec;
using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// Layers <c>datagram</c> and <c>kcp</c>: the script makes every segment, and nothing but the envelope is automatic;
/// in layer kcp also the FEC header of data packets.
/// </summary>
internal sealed class PacketPeer : PlayedPeer
{
    private readonly PeerSettings _settings;
    private readonly DatagramCodec _codec;
    private readonly PacketEncoder _encoder;
    private readonly PacketReader _reader;
    private readonly FecNumbering _fec;
    private readonly bool _isSegmentLayer;

    public PacketPeer(PeerSettings settings)
    {
        LinkOptions link = settings.Link;
        _settings = settings;
        _isSegmentLayer = settings.Layer == WireLayer.Kcp;
        _codec = new DatagramCodec(settings);
        _encoder = new PacketEncoder(link) { Conversation = link.IsClient ? settings.Conversation : null };
        _reader = new PacketReader(link);
        _fec = link.HasFec ? new FecNumbering(link.DataShards, link.ParityShards) : new FecNumbering(0, 0);
    }

    public override string? Send(
        IReadOnlyList<Packet> packets, DatagramChange change, bool isLost, Instant now)
    {
        if (packets.Count == 1 && packets[0].Word == PacketWords.Raw)
            return SendRaw(packets[0], change, isLost);
        var packet = new ArrayBufferWriter<byte>();
        string? error = Encode(packets, now, packet);
        if (error is not null)
            return error;
        error = _codec.Seal(packet.WrittenSpan, change, out byte[] datagram);
        if (error is not null)
            return error;
        if (IsNumbered(packets))
            _fec.Commit(packet.WrittenSpan);
        Post(datagram, change, isLost);
        return null;
    }

    public override void Receive(ReadOnlySpan<byte> datagram, int to, Instant now)
    {
        if (!_codec.TryOpen(datagram, out ReadOnlyMemory<byte> packet))
        {
            Report(new WireEvent(now, [PacketReader.Raw(datagram.ToArray())], datagram.Length, to));
            return;
        }

        LearnConversation(packet.Span);
        List<Packet> packets = _reader.Datagram(packet);
        if (!_isSegmentLayer)
        {
            Report(new WireEvent(now, packets, datagram.Length, to));
            return;
        }

        IReadOnlyList<Packet> events = packets[0].Word switch
        {
            PacketWords.Fec => packets[0].Inner,
            PacketWords.Parity => [],
            _ => packets,
        };
        foreach (Packet single in events)
            Report(new WireEvent(now, [single], datagram.Length, to));
    }

    private static bool IsFecWord(string word) =>
        word is PacketWords.Fec or PacketWords.Parity or PacketWords.OutOfBand;

    private string? SendRaw(Packet packet, DatagramChange change, bool isLost)
    {
        if (change.BadCrc || change.BadTag || change.Nonce is not null || change.Key is not null
            || change.Crypt is not null)
        {
            return "RAW is a whole datagram, so it can only be flipped, cut, padded, repeated, or sent from elsewhere";
        }

        var output = new ArrayBufferWriter<byte>();
        string? error = PacketEncoder.Verbatim(packet, output);
        if (error is not null)
            return error;
        byte[] datagram = output.WrittenSpan.ToArray();
        error = DatagramCodec.Alter(ref datagram, change);
        if (error is null)
            Post(datagram, change, isLost);
        return error;
    }

    private void Post(byte[] datagram, DatagramChange change, bool isLost)
    {
        for (int i = 0; i < change.Times && !isLost; i++)
            Outgoing.Enqueue(new OutgoingDatagram(datagram, change.From));
    }

    /// <summary>Whether the packet has a FEC header, the script's or in layer kcp the automatic one.</summary>
    private bool IsNumbered(IReadOnlyList<Packet> packets) =>
        IsFecWord(packets[0].Word) || IsWrapped(packets);

    private bool IsWrapped(IReadOnlyList<Packet> packets) =>
        _isSegmentLayer && _settings.Link.HasFec && packets.Any(packet => PacketWords.IsSegment(packet.Word));

    private string? Encode(IReadOnlyList<Packet> packets, Instant now, ArrayBufferWriter<byte> output)
    {
        if (packets.Count == 0)
            return "there is nothing to send";
        if (packets.Count == 1 && IsFecWord(packets[0].Word))
            return EncodeFec(packets[0], now, output);
        if (!IsWrapped(packets))
            return _encoder.Segments(packets, now, output);
        var inner = new ArrayBufferWriter<byte>();
        string? error = _encoder.Segments(packets, now, inner);
        FecNumbering.WriteData(_fec.NextData, null, inner.WrittenSpan, output);
        return error;
    }

    private string? EncodeFec(Packet packet, Instant now, ArrayBufferWriter<byte> output)
    {
        if (packet.Word == PacketWords.Parity)
            return _fec.Parity(packet, output);
        var fields = new PacketFields(packet);
        uint sequence = fields.UInt32("seq", _fec.NextData);
        if (packet.Word == PacketWords.OutOfBand)
        {
            FecNumbering.Write(sequence, FecHeader.OutOfBandType, fields.Bytes("data").Span, output);
            return fields.Error;
        }

        var inner = new ArrayBufferWriter<byte>();
        string? error = _encoder.Segments(packet.Inner, now, inner);
        ushort? size = fields.Has("size") ? fields.UInt16("size", 0) : null;
        FecNumbering.WriteData(sequence, size, inner.WrittenSpan, output);
        return error ?? fields.Error;
    }

    /// <summary>A played server takes the conversation of the first packet, and of each session begun anew.</summary>
    private void LearnConversation(ReadOnlySpan<byte> packet)
    {
        if (_settings.Link.IsClient)
            return;
        PacketClass kind = PacketClass.Of(packet, _settings.Link.ReceiveWindow);
        if (kind.MayOpen && (_encoder.Conversation is null || kind.Sequence == 0))
            _encoder.Conversation = kind.Conversation;
    }
}
