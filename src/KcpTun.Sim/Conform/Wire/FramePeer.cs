using System.Buffers;
using System.Runtime.InteropServices;
using KcpTun.Smux;
using KcpTun.Snappy;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>Layer <c>smux</c>: an event is a frame; what is below runs by itself.</summary>
internal sealed class FramePeer : StreamPeer
{
    /// <summary>Streams whose windows are followed; the subject could name any number.</summary>
    private const int MaxStreams = 4096;

    private readonly Dictionary<uint, SendWindow> _windows = [];
    private StreamBuffer _received = new();
    private SnappyFrameReader? _reader;
    private SnappyFrameWriter? _writer;
    private byte[] _compressed = [];

    public FramePeer(PeerSettings settings)
        : base(settings)
    {
    }

    public override long SendRoom(uint streamId)
    {
        long room = Carrier?.SendRoom ?? 0;
        if (Settings.Link.Smux.Version < 2)
            return room;
        SendWindow window = _windows.GetValueOrDefault(streamId, new SendWindow(isLimited: true));
        return Math.Min(room, Math.Max(0, window.Available));
    }

    protected override string? Encode(IReadOnlyList<Packet> packets, ArrayBufferWriter<byte> output) =>
        Encoder.Frames(packets, output);

    protected override ReadOnlySpan<byte> Wrap(ReadOnlySpan<byte> bytes)
    {
        if (_writer is null)
            return bytes;
        int needed = SnappyFrameWriter.MaxEncodedLength(bytes.Length);
        if (_compressed.Length < needed)
            _compressed = new byte[needed];
        return _compressed.AsSpan(0, _writer.Write(bytes, _compressed));
    }

    protected override void BeginStream()
    {
        bool isCompressed = Settings.Link.Compression;
        _reader = isCompressed ? new SnappyFrameReader() : null;
        _writer = isCompressed ? new SnappyFrameWriter() : null;
        _received = new StreamBuffer();
        _windows.Clear();
    }

    protected override void Sent(IReadOnlyList<Packet> packets)
    {
        foreach (Packet packet in packets)
        {
            if (packet.Word == "PSH" && packet.Find("sid") is { } stream)
                Window((uint)stream.Number).OnSent(packet.Find("data")?.Bytes?.Length ?? 0);
            else if (packet.Word == "SYN" && packet.Find("sid") is { } opened)
                _windows.Remove((uint)opened.Number);
        }
    }

    protected override void Take(ReadOnlySpan<byte> bytes)
    {
        if (_reader is null)
        {
            Split(bytes);
            return;
        }

        ReadOnlySpan<byte> rest = bytes;
        while (true)
        {
            switch (_reader.Read(ref rest, out ReadOnlySpan<byte> data))
            {
                case SnappyResult.Chunk:
                    Split(data);
                    break;
                case SnappyResult.NeedMore:
                    return;
                default:
                    // There is no way back into a broken stream; its bytes are shown instead of its frames.
                    Report(PacketReader.Bytes(bytes.ToArray()));
                    return;
            }
        }
    }

    private void Split(ReadOnlySpan<byte> bytes)
    {
        _received.Append(bytes);
        while (_received.Bytes.Length >= SmuxFrame.HeaderLength)
        {
            SmuxFrame frame = SmuxFrame.ReadHeader(_received.Bytes);
            int length = SmuxFrame.HeaderLength + frame.Length;
            if (_received.Bytes.Length < length)
                return;
            byte[] payload = _received.Bytes[SmuxFrame.HeaderLength..length].ToArray();
            _received.Consume(length);
            Packet packet = PacketReader.Frame(frame, payload);
            Watch(packet, frame.StreamId);
            Report(packet);
        }
    }

    private void Watch(Packet packet, uint streamId)
    {
        if (packet.Word == "SYN")
            _windows.Remove(streamId);
        else if (packet.Word == "UPD" && (_windows.Count < MaxStreams || _windows.ContainsKey(streamId)))
            Window(streamId).TryUpdate(Number("consumed"), Number("window"));

        uint Number(string name) => (uint)packet.Find(name)!.Value.Number;
    }

    private ref SendWindow Window(uint streamId)
    {
        ref SendWindow window = ref CollectionsMarshal.GetValueRefOrAddDefault(_windows, streamId, out bool isKnown);
        if (!isKnown)
            window = new SendWindow(isLimited: true);
        return ref window;
    }
}
