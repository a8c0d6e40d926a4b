using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Fuzz.Targets;

/// <summary>One end of a link: its application, and the socket it would have.</summary>
internal sealed class LinkSide : ISmuxHandler, ISmuxSource, IPacketSink, IDisposable
{
    private const int FrameSlack = 65536 + 8;

    private readonly LinkOptions _options;
    private readonly bool _isDataGenuine;
    private readonly PacketPool _pool;
    private readonly byte[] _room = new byte[PacketPool.SlotSize];
    private readonly Dictionary<uint, long> _written = [];
    private readonly Dictionary<uint, long> _received = [];
    private readonly Dictionary<uint, int> _unread = [];
    private readonly List<uint> _streams = [0];
    private List<byte[]> _packets = [];
    private LinkEnd _end;
    private int _widestWindow = KcpOptions.DefaultWindow;

    /// <param name="isHonest">Nobody interferes.</param>
    public LinkSide(LinkOptions options, uint conversation, bool isHonest, Instant now)
    {
        _options = options;

        // Not even somebody who knows the key can put data into a sealed session.
        _isDataGenuine = isHonest || options.TuncryptKey is not null;
        var budget = new MemoryBudget(MemoryBudget.DefaultLimitBytes);
        _pool = new PacketPool(budget);
        var resources = new LinkResources(
            _pool,
            new SnmpCounters(),
            budget,
            new LinkScratch(options.Smux.FrameSize),
            new SeededEntropy(options.IsClient ? 1u : 2u));
        Core = new LinkCore(options, resources, conversation, default, this, this, now);
    }

    public LinkCore Core { get; }

    /// <summary>Lets the session do its work; returns the packets it sends, envelopes removed.</summary>
    public List<byte[]> Process(Instant now)
    {
        Core.Process(now, this, canSend: true);
        FuzzFailure.Unless(_end == LinkEnd.None || _end == Core.End, $"ended with {_end}, then with {Core.End}");
        _end = Core.End;
        (List<byte[]> packets, _packets) = (_packets, []);
        return packets;
    }

    public void Open()
    {
        if (Core.Smux.TryOpen(out uint stream))
            _streams.Add(stream);
    }

    public void Offer(int index, int bytes) => Core.Smux.Offer(Pick(index), bytes);

    public void Consume(int index, int bytes)
    {
        uint stream = Pick(index);
        if (!Core.Smux.IsOpen(stream) || !_unread.TryGetValue(stream, out int unread))
            return;
        bytes = Math.Min(bytes, unread);
        _unread[stream] = unread - bytes;
        Core.Smux.Consumed(stream, bytes);
    }

    public void Close(int index, int how)
    {
        uint stream = Pick(index);
        switch (how % 3)
        {
            case 0:
                Core.Smux.CloseWrite(stream);
                return;
            case 1:
                Core.Smux.Close(stream);
                break;
            default:
                Core.Smux.Abort(stream);
                break;
        }

        _unread.Remove(stream);
    }

    public void CheckBounds()
    {
        KcpSession kcp = Core.Kcp;
        FuzzFailure.Unless(
            Math.Max(kcp.ReceiveBufferCount, kcp.ReceiveQueueCount) <= _options.ReceiveWindow,
            $"{kcp.ReceiveBufferCount} early and {kcp.ReceiveQueueCount} unread segments");
        _widestWindow = Math.Max(_widestWindow, kcp.RemoteWindow);
        int inFlight = SequenceNumber.Difference(kcp.SendNext, kcp.SendUna);
        FuzzFailure.Unless(
            inFlight >= 0 && inFlight <= Math.Min(_options.SendWindow, _widestWindow), $"{inFlight} segments in flight");
        long unread = Core.Smux.BytesUnread;
        FuzzFailure.Unless(unread <= _options.Smux.ReceiveBuffer + FrameSlack, $"{unread} bytes of streams unread");
    }

    /// <summary>Nothing has arrived that was not written.</summary>
    public void CheckDelivery(LinkSide to)
    {
        foreach ((uint stream, long received) in to._received)
        {
            FuzzFailure.Unless(
                received <= _written.GetValueOrDefault(stream), $"stream {stream} got {received} bytes out of nothing");
        }
    }

    public void OnOpened(uint streamId)
    {
        _streams.Add(streamId);
        _unread[streamId] = 0;
    }

    public void OnData(uint streamId, ReadOnlySpan<byte> data)
    {
        long place = _received.GetValueOrDefault(streamId);
        if (_isDataGenuine)
        {
            foreach (byte value in data)
                FuzzFailure.Unless(value == Pattern(streamId, place++), $"stream {streamId} got something else");
        }

        _received[streamId] = _received.GetValueOrDefault(streamId) + data.Length;
        _unread[streamId] = _unread.GetValueOrDefault(streamId) + data.Length;
    }

    public void OnEndOfStream(uint streamId)
    {
    }

    public int Read(uint streamId, Span<byte> destination)
    {
        long place = _written.GetValueOrDefault(streamId);
        for (int i = 0; i < destination.Length; i++)
            destination[i] = Pattern(streamId, place++);
        _written[streamId] = place;
        return destination.Length;
    }

    public Span<byte> Reserve() => _room;

    public void Commit(int length, in PeerAddress peer)
    {
        (int header, int trailer) = LinkCore.EnvelopeOverhead(_options.Cipher);
        FuzzFailure.Unless(
            length > header + trailer && length <= Math.Min(_options.Mtu, LinkCore.MaxDatagram),
            $"a datagram of {length} bytes");
        _packets.Add(_room[header..(length - trailer)]);
    }

    public void Dispose()
    {
        Core.Dispose();
        FuzzFailure.Unless(_pool.Outstanding == 0, $"{_pool.Outstanding} slots are not given back");
    }

    private uint Pick(int index) => _streams[^(1 + (index % _streams.Count))];

    private static byte Pattern(uint stream, long place) => (byte)((place * 131) ^ (place >> 8) ^ stream);
}
