using KcpTun.Crypt;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Primitives;
using KcpTun.Smux;
using KcpTun.Snappy;
using KcpTun.Tuncrypt;

namespace KcpTun.Link;

/// <summary>What sessions of one driver share.</summary>
public sealed record LinkResources(
    PacketPool Pool, SnmpCounters Counters, MemoryBudget Budget, LinkScratch Scratch, IEntropy Entropy);

/// <summary>
/// One session, from opened datagrams to stream bytes and back: FEC, KCP, tuncrypt, snappy and smux composed. Pure:
/// time, chance and memory are handed in; nothing blocks, waits or logs. One thread at a time.
/// </summary>
public sealed partial class LinkCore : IKcpOutput, IDisposable
{
    /// <summary>How long the peer has to complete the tuncrypt handshake, seconds.</summary>
    public const int TuncryptHandshakeSeconds = 10;

    private readonly LinkOptions _options;
    private readonly LinkResources _resources;
    private readonly SnmpCounters _counters;
    private readonly PeerAddress _peer;
    private readonly KcpSession _kcp;
    private readonly SmuxSession _smux;
    private readonly ISmuxHandler _handler;
    private readonly ISmuxSource _source;
    private readonly FecEncoder? _fecEncoder;
    private readonly PacketPacer? _pacer;
    private readonly TuncryptSession? _tuncrypt;
    private readonly SnappyFrameWriter? _snappyWriter;
    private readonly SnappyFrameReader? _snappyReader;
    private readonly WireDiagnosis _diagnosis;
    private readonly int _payloadOffset;
    private readonly int _headerLength;
    private readonly int _trailerLength;
    private FecDecoder? _fecDecoder;
    private bool _isBare;
    private Instant _now;
    private Instant _tuncryptDeadline;
    private IPacketSink? _sink;

    public LinkCore(
        LinkOptions options, LinkResources resources, uint conversation, PeerAddress peer,
        ISmuxHandler handler, ISmuxSource source, Instant now)
    {
        _options = options;
        _resources = resources;
        _counters = resources.Counters;
        _peer = peer;
        _handler = handler;
        _source = source;
        (_headerLength, _trailerLength) = EnvelopeOverhead(options.Cipher);
        _payloadOffset = _headerLength + (options.HasFec ? FecHeader.Length : 0);
        int mtu = Math.Min(options.Mtu, MaxDatagram);
        _kcp = new KcpSession(
            new KcpOptions
            {
                Conversation = conversation,
                Profile = options.Profile,
                SendWindow = options.SendWindow,
                ReceiveWindow = options.ReceiveWindow,
                Mtu = mtu - _payloadOffset - _trailerLength,
                LimitsBursts = options.LimitsBursts,
                Auto = options.Auto,
            },
            resources.Pool, resources.Counters);
        int room = mtu - _headerLength - _trailerLength;
        if (options.HasFec)
            _fecEncoder = new FecEncoder(options.DataShards, options.ParityShards, room);
        if (options.RateLimit > 0)
            _pacer = new PacketPacer(options.RateLimit, resources.Pool);
        if (options.TuncryptKey is { } key)
            _tuncrypt = new TuncryptSession(options.IsClient, key, resources.Entropy);
        if (options.Compression)
        {
            _snappyWriter = new SnappyFrameWriter();
            _snappyReader = new SnappyFrameReader();
        }

        _smux = new SmuxSession(options.Smux, options.IsClient ? SmuxRole.Client : SmuxRole.Server, now);
        _diagnosis = new WireDiagnosis(options);
        _tuncryptDeadline = _tuncrypt is null ? Instant.Never : now.AddSeconds(TuncryptHandshakeSeconds);
    }

    /// <summary>Largest datagram any peer accepts (PROTOCOL a.4).</summary>
    public const int MaxDatagram = 1500;

    /// <summary>Streams of this session: open, offer, consume, close.</summary>
    public SmuxSession Smux => _smux;

    /// <summary>The ARQ below, for counters and tests.</summary>
    public KcpSession Kcp => _kcp;

    public uint Conversation => _kcp.Conversation;

    /// <summary>Why the session ended, once it has.</summary>
    public LinkEnd End { get; private set; }

    /// <summary>What is wrong on the wire, in words for the operator; null when nothing is known.</summary>
    public string? EndDetail { get; private set; }

    /// <summary>No byte waits to be sent or acknowledged.</summary>
    public bool IsSendIdle => _kcp.WaitSend == 0 && !_smux.HasOutput && _pacer is not { HoldsBack: true };

    /// <summary>
    /// Received bytes wait in KCP because the streams' readers are behind: the owner reports what they consume at once.
    /// </summary>
    public bool IsStarved { get; private set; }

    /// <summary>Bytes of envelope in front of and behind the payload (PROTOCOL a.2, a.3).</summary>
    public static (int Header, int Trailer) EnvelopeOverhead(CipherKind cipher) => cipher switch
    {
        CipherKind.Null => (0, 0),
        CipherKind.Aes128Gcm => (12, 16),
        _ => (20, 0),
    };

    /// <summary>
    /// Does all there is to do now: hands received bytes up, sends what the streams offer, acknowledges, retransmits.
    /// Call it after inputs, after stream actions and when <see cref="NextDeadline"/> has come.
    /// </summary>
    /// <param name="canSend">False while the socket's buffer is full: input is taken, output waits.</param>
    public void Process(Instant now, IPacketSink sink, bool canSend)
    {
        _now = now;
        _sink = sink;
        DeliverReceived();
        HandleTimers();
        _pacer?.Pump(now, sink, _peer);
        if (canSend && _pacer is not { HoldsBack: true })
            Transmit();
        _sink = null;
    }

    /// <summary>The next moment <see cref="Process"/> has something to do although nothing happened.</summary>
    public Instant NextDeadline(Instant now)
    {
        Instant deadline = Instant.Min(_smux.NextDeadline, _tuncryptDeadline);
        if (_pacer is { HoldsBack: true })
            return Instant.Min(deadline, _pacer.NextDeadline);
        uint milliseconds = now.KcpMilliseconds;
        if (!_kcp.TryGetDeadline(milliseconds, out uint due))
            return deadline;
        long wait = Math.Max(0, SequenceNumber.Difference(due, milliseconds));
        return Instant.Min(deadline, Instant.FromMilliseconds((now.Microseconds / 1000) + wait));
    }

    /// <summary>
    /// Ends the session from this side: a last flush goes out, as kcp-go's close does (PROTOCOL c.10).
    /// </summary>
    public void Close(LinkEnd reason, Instant now, IPacketSink sink)
    {
        Fail(reason, null);
        _now = now;
        _sink = sink;
        _kcp.Flush(now.KcpMilliseconds, this);
        _sink = null;
    }

    /// <summary>
    /// Gives up memory for the sake of idleness: the packets of groups that parity might still complete. Few as they
    /// are, each keeps a slab of the pool.
    /// </summary>
    public void Trim() => _fecDecoder?.Release();

    /// <summary>Returns every packet slot. The session must not be used afterwards.</summary>
    public void Dispose()
    {
        _kcp.Release();
        _fecDecoder?.Release();
        _pacer?.Release();
        _tuncrypt?.Dispose();
    }

    private void HandleTimers()
    {
        _smux.HandleTimer(_now);
        if (_smux.IsTimedOut)
            Fail(LinkEnd.KeepAliveTimeout, null);
        if (_now < _tuncryptDeadline)
            return;
        _tuncryptDeadline = Instant.Never;
        Fail(LinkEnd.TuncryptFailed, TuncryptSession.NoAnswer);
    }

    private void Fail(LinkEnd end, string? detail)
    {
        if (End != LinkEnd.None)
            return;
        End = end;
        EndDetail = detail;
    }
}
