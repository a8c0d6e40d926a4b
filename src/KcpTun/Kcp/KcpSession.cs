using KcpTun.Kcp.Auto;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <summary>
/// One end of a KCP conversation: reliable, ordered delivery over packets that may be lost, repeated or reordered,
/// with the exact packets and timing of kcp-go (PROTOCOL c).
/// </summary>
/// <remarks>
/// Single-threaded and passive: time is an argument (milliseconds that wrap at 2^32), packets leave through
/// <see cref="IKcpOutput"/>, payload lives in slots of the driver's pool. The caller feeds packets
/// (<see cref="Absorb"/>, <see cref="Settle"/>), runs the timer (<see cref="TryGetDeadline"/>,
/// <see cref="HandleTimer"/>), and after queueing data flushes.
/// </remarks>
public sealed partial class KcpSession
{
    private readonly KcpOptions _options;
    private readonly SnmpCounters _counters;
    private readonly SendBuffer _send;
    private readonly ReceiveBuffer _receive;
    private readonly AckList _acks = new();

    private RttEstimator _rtt;
    private CongestionWindow _congestion;
    private WindowProbe _probe;
    private WindowProbe _unaProbe;
    private uint _remoteWindow = KcpOptions.DefaultWindow;

    public KcpSession(KcpOptions options, PacketPool pool, SnmpCounters counters)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(counters);
        _options = options;
        _counters = counters;
        _send = new SendBuffer(pool, options.InitialSequence, (uint)options.Resend);
        _receive = new ReceiveBuffer(pool, options.ReceiveWindow, options.InitialSequence);
        _rtt = new RttEstimator(minimumRto: options.NoDelay == 0 ? 100u : 30u);
        _congestion = new CongestionWindow((uint)Mss);
        _ackSchedule = new AckSchedule(options.Auto);
        if (options.Profile.IsAuto)
            _auto = new AutoSender(options.Auto, _send, Mss);
        else if (options.LimitsBursts)
            _bursts = new BurstLimit();
        _probe = new WindowProbe(IsRelease2026 ? WindowProbe.FirstWait2026 : WindowProbe.FirstWait2021);
        _unaProbe = _probe;
    }

    public uint Conversation => _options.Conversation;

    /// <summary>Largest packet, bytes.</summary>
    public int Mtu => _options.Mtu;

    /// <summary>Largest payload of a segment, bytes.</summary>
    public int Mss => _options.Mtu - KcpHeader.Length;

    /// <summary>Send window, segments.</summary>
    public int SendWindow => _options.SendWindow;

    /// <summary>Segments queued or not yet passed by the peer's una.</summary>
    public int WaitSend => _send.Count;

    /// <summary>
    /// Whether the layer above may queue more (PROTOCOL c.3). What it then queues may overshoot the window.
    /// </summary>
    public bool CanSend => _auto is { } auto
        ? auto.WantsMore(_remoteWindow)
        : WaitSend < SendWindow && (IsRelease2026 || WaitSend < _remoteWindow);

    /// <summary>Segments dropped because there was no memory for them; neither stored nor acknowledged.</summary>
    public long RefusedSegments { get; private set; }

    /// <summary>First sequence number not passed by the peer's una.</summary>
    public uint SendUna => _send.Una;

    /// <summary>Sequence number of the next segment to enter the window.</summary>
    public uint SendNext => _send.Next;

    /// <summary>Next sequence number expected from the peer.</summary>
    public uint ReceiveNext => _receive.Next;

    /// <summary>Retransmission timeout of new segments, ms.</summary>
    public uint RtoMs => _rtt.Rto;

    /// <summary>Smoothed round-trip time, ms; 0 before the first sample.</summary>
    public int SrttMs => _rtt.Srtt;

    /// <summary>Round-trip time variation, ms.</summary>
    public int RttVarMs => _rtt.RttVar;

    /// <summary>Window the peer last advertised, segments.</summary>
    public int RemoteWindow => (int)_remoteWindow;

    /// <summary>Congestion window, segments.</summary>
    public uint CongestionWindow => _congestion.Size;

    /// <summary>Slow-start threshold, segments.</summary>
    public uint SlowStartThreshold => _congestion.Threshold;

    /// <summary>Segments received in order and unread.</summary>
    public int ReceiveQueueCount => _receive.QueueCount;

    /// <summary>Segments received early.</summary>
    public int ReceiveBufferCount => _receive.EarlyCount;

    /// <summary>Acknowledgements waiting for a flush.</summary>
    public int AckCount => _acks.Count;

    /// <summary>Current wait between window probes, ms; 0 while the peer's window is open.</summary>
    public uint ProbeWaitMs => _probe.Wait;

    private bool IsRelease2026 => _options.Dialect == KcpDialect.Release2026;

    /// <summary>Gives all memory back to the pool. The session sends and delivers nothing afterwards.</summary>
    public void Release()
    {
        _send.Clear();
        _receive.Clear();
        _acks.Clear();
    }
}
