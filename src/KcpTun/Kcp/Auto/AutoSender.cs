using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>Why a segment leaves.</summary>
internal enum TransmissionCause
{
    /// <summary>For the first time.</summary>
    New,

    /// <summary>All its transmissions were found lost.</summary>
    Lost,

    /// <summary>No acknowledgement came at all for too long.</summary>
    Probe,

    /// <summary>Before anybody can know whether the last one arrived.</summary>
    Copy,
}

/// <summary>
/// The sending side of <c>--mode auto</c>: decides which segment leaves next and when. It writes nothing itself. Its
/// parts are loss detection (<see cref="LossDetector"/>), the model of the path (<see cref="PathModel"/>), the
/// <see cref="Pacer"/> and <see cref="Redundancy"/>.
/// </summary>
internal sealed partial class AutoSender
{
    /// <summary>
    /// The last segments of what the application has written that get copies, at most: a small answer is all tail.
    /// </summary>
    private const int TailSegments = 8;

    /// <summary>UDP and IPv4 header and the envelope of most ciphers, bytes: what a packet costs beyond its segments.
    /// </summary>
    private const int PacketOverhead = 48;

    /// <summary>Segments waiting behind what may leave now, so that the next turn finds some.</summary>
    private const int QueueReserve = 8;

    /// <summary>While parity is sent, lateness is believed up to so many times the mean jitter.</summary>
    private const int CredibleJitter = 8;

    /// <summary>How long a full window of the peer counts as the limit of the transfer, ms.</summary>
    private const int WindowMemory = 500;

    /// <summary>With no more than so many segments left of the peer's window, it is the limit.</summary>
    private const int WindowMargin = 32;

    /// <summary>
    /// What may leave at once while a stock peer's window is the limit, bytes. It acknowledges at once when that fills
    /// a packet, 58 segments, and else with its next flush (PROTOCOL c.5): segments that leave in such groups, as they
    /// are acknowledged, save its wait.
    /// </summary>
    private const int AcknowledgedBurst = 60 * 1400;

    /// <summary>Where losses come in runs, copies are at most so many parts of a round trip apart.</summary>
    private const int BurstSpacing = 8;

    /// <summary>Probes in vain after which losses are not a run but an outage.</summary>
    private const int MostProbesInRun = 6;

    private readonly AutoParameters _parameters;
    private readonly SendBuffer _send;
    private readonly Flight _flight = new();
    private readonly PathModel _path;
    private readonly Redundancy _redundancy;
    private readonly int _mss;
    private LossDetector _detector;
    private Pacer _pacer;
    private uint _order;
    private uint _remoteWindow;
    private bool _isWindowFull;
    private uint _windowFullAt;
    private uint _limitedAt;
    private uint _now;
    private uint _firstNewOfTurn;

    public AutoSender(AutoParameters parameters, SendBuffer send, int mss)
    {
        _parameters = parameters;
        _send = send;
        _mss = mss;
        _path = new PathModel(parameters, mss + KcpHeader.Length + PacketOverhead);
        _redundancy = new Redundancy(parameters);
        _detector = new LossDetector(parameters);
    }

    /// <summary>What is known about the path.</summary>
    public PathModel Path => _path;

    /// <summary>More data waits above than has been queued.</summary>
    public bool IsBacklogged { get; set; }

    /// <summary>The peer runs in mode auto, too.</summary>
    public bool IsPeerAuto
    {
        get => _path.IsPeerAuto;
        set => _path.IsPeerAuto = value;
    }

    /// <summary>Share of packets lost as the peer counts it, in 1/65536; −1 when it does not tell.</summary>
    public int ReportedLoss { get; set; } = -1;

    /// <summary>Share of this end's packets that get lost, in 1/65536, as well as it is known.</summary>
    public int LossNow => ReportedLoss >= 0 ? ReportedLoss : _path.Loss.Current;

    /// <summary>Whether the layer above should queue more: as much as may leave now, and a little.</summary>
    public bool WantsMore(uint remoteWindow) => _send.Queued < SegmentsAllowed(remoteWindow) + QueueReserve;

    /// <summary>
    /// Whether parity is worth its bytes: what waits behind a lost segment fills the peer's window.
    /// </summary>
    public bool WantsParity => IsPeerTheLimit;

    /// <summary>A stock peer's window was the limit lately, and the path has room.</summary>
    private bool IsPeerTheLimit => !IsPeerAuto && _isWindowFull
        && SequenceNumber.Difference(_now, _windowFullAt) < WindowMemory && !_path.HasQueue;

    /// <summary>Time passes: fills the buckets and finds what is lost.</summary>
    public void Advance(uint now)
    {
        _now = now;
        _pacer.Refill(_path.PacingRate, _path.IsStockPeerTheLimit ? AcknowledgedBurst : Pacer.MinimumBurst, now);
        _redundancy.Refill(_path.LinkRate, IsPeerTheLimit, now);
        DetectLosses();
        CopySuspects();
        CheckProbe();
        _firstNewOfTurn = _send.Next;
    }

    /// <summary>Chooses what leaves next.</summary>
    /// <param name="remoteWindow">Segments the peer takes after una.</param>
    /// <param name="sequenceNumber">The segment, numbered.</param>
    /// <param name="cause">Why.</param>
    public bool TryNext(uint remoteWindow, out uint sequenceNumber, out TransmissionCause cause)
    {
        if (TryNextCopy(_now, out sequenceNumber))
        {
            cause = TransmissionCause.Copy;
            return true;
        }

        _remoteWindow = remoteWindow;
        cause = TransmissionCause.Probe;
        if (TryNextProbe(out sequenceNumber))
            return true;
        cause = TransmissionCause.Lost;
        if (_pacer.Credit <= 0)
            return false;
        if (_flight.LostCount > 0)
        {
            sequenceNumber = _flight.FirstLost;
            return true;
        }

        cause = TransmissionCause.New;
        sequenceNumber = _send.Next;
        if (_send.Queued == 0 || !MaySendNew(remoteWindow))
            return false;
        _send.Admit((uint)_send.InFlight + 1);
        _send.MarkSent();
        _flight.EnsureCapacity(_send.Una, _send.Next);
        _flight[sequenceNumber] = default;
        return true;
    }

    /// <summary>A copy that is due soon, if the packet that leaves now has room for it and does not hold its segment
    /// yet.
    /// </summary>
    /// <param name="room">Bytes left in the packet.</param>
    /// <param name="sequenceNumber">The segment.</param>
    public bool TryNextEarlyCopy(int room, out uint sequenceNumber)
    {
        sequenceNumber = 0;
        if (!_redundancy.TryPeek(out Redundancy.Copy next) || next.Bytes - PacketOverhead > room)
            return false;
        ref SegmentRecord record = ref _flight[next.SequenceNumber];
        return record.LastAt != _now
            && TryNextCopy(_now + (uint)Redundancy.Spacing(_path.LeastRtt), out sequenceNumber)
            && sequenceNumber == next.SequenceNumber;
    }

    /// <summary>The segment has been written to a packet.</summary>
    public void OnSent(uint sequenceNumber, TransmissionCause cause, int payload)
    {
        ref SegmentRecord record = ref _flight[sequenceNumber];
        bool isIdle = _flight.InFlightCount == 0;
        record.Order = ++_order;
        record.Bytes = payload + KcpHeader.Length + PacketOverhead;
        record.LastAt = _now;
        if (cause == TransmissionCause.New)
            record.FirstAt = _now;
        if (cause != TransmissionCause.Copy)
        {
            record.Volley = 0;
            record.IsSuspected = false;
            record.VolleyAt = _now;
            record.Delivery = _path.OnSent(isIdle, _now);
        }

        if (record.Volley < Redundancy.MostTransmissions)
            record.Offsets[record.Volley] = (ushort)Math.Min(_now - record.VolleyAt, ushort.MaxValue);
        record.Volley++;
        _path.Loss.OnSent(_now);
        _flight.Sent(sequenceNumber);
        if (cause != TransmissionCause.Copy)
            _pacer.Spend(record.Bytes);
        _lastSentAt = _now;
        if (cause is TransmissionCause.Lost or TransmissionCause.Probe)
        {
            bool isUrgent = cause == TransmissionCause.Probe || IsUrgent(in record);
            QueueCopies(sequenceNumber, isUrgent ? Redundancy.MostTransmissions : record.Losses);
        }
    }

    /// <summary>The turn's transmissions are over.</summary>
    public void EndTurn()
    {
        bool isDrained = _send.Queued == 0 && !IsBacklogged;
        // The peer's window is what limits the transfer, or will be as soon as a segment is missing.
        if (!isDrained && (IsWindowScarce || _path.Window / _mss >= _remoteWindow))
        {
            _isWindowFull = true;
            _windowFullAt = _now;
        }

        // A hole at its head empties the window for a round trip; that does not make the path the limit.
        if ((uint)_send.InFlight + WindowMargin >= _remoteWindow)
            _limitedAt = _now;
        _path.IsPeerLimited = !isDrained && SequenceNumber.Difference(_now, _limitedAt) < _path.SmoothedRtt;
        _path.SetLimited(isDrained && _flight.InFlightBytes < _path.Window);
        if (!isDrained)
            return;
        uint first = _send.Next - (uint)Math.Min(_send.Next - _firstNewOfTurn, TailSegments);
        for (uint sn = first; sn != _send.Next; sn++)
        {
            _flight[sn].IsTail = true;
            QueueCopies(sn, Redundancy.MostTransmissions);
        }

        _firstNewOfTurn = _send.Next;
    }

    /// <summary>Lateness that is believed, ms: what parity has rebuilt comes late without having been
    /// overtaken.</summary>
    private int CredibleLateness => !WantsParity ? int.MaxValue : CredibleJitter * _path.Jitter;

    /// <summary>
    /// Somebody waits for this very segment: nothing follows it, or the peer's window is used up behind it.
    /// </summary>
    private bool IsUrgent(in SegmentRecord record) =>
        record.IsTail || IsWindowScarce || IsPeerTheLimit;

    private bool IsWindowScarce => _send.InFlight >= (int)(_remoteWindow - (_remoteWindow / 4));

    private bool MaySendNew(uint remoteWindow) =>
        (uint)_send.InFlight < remoteWindow && _flight.InFlightBytes < _path.Window;

    private int SegmentsAllowed(uint remoteWindow)
    {
        long bytes = Math.Min(_pacer.Credit, _path.Window - _flight.InFlightBytes);
        long segments = Math.Min(bytes / _mss, (long)remoteWindow - _send.InFlight);
        return (int)Math.Max(0, segments);
    }

    private bool TryNextCopy(uint dueBy, out uint sequenceNumber)
    {
        while (_redundancy.TryTake(dueBy, out sequenceNumber))
        {
            if (_send.Contains(sequenceNumber) && _flight[sequenceNumber].State == SegmentState.InFlight)
                return true;
        }

        return false;
    }

    /// <summary>
    /// The segment seems to be lost in a run. It was lost before, the path has carried something, and it is not dead:
    /// runs are over sooner than an outage.
    /// </summary>
    private bool IsInRun(in SegmentRecord record) =>
        record.Losses > 0 && _path.SmoothedRtt > 0 && _probes <= MostProbesInRun && (record.WasCopied || _probes > 1);

    private void QueueCopies(uint sequenceNumber, int most)
    {
        ref SegmentRecord record = ref _flight[sequenceNumber];
        bool isBursty = record.IsTail && _path.Loss.IsBursty;
        int successorLoss = isBursty ? Math.Max(LossNow, _path.Loss.SuccessorLoss) : LossNow;
        int copies = Math.Min(Redundancy.Transmissions(LossNow, successorLoss), most) - 1;
        if (isBursty && copies > 0)
            copies += _parameters.MoreInRuns;
        uint distance = (uint)Redundancy.Spacing(_path.LeastRtt);
        uint farthest = isBursty ? (uint)Math.Max(1, _path.LeastRtt / BurstSpacing) : uint.MaxValue;
        // All copies, or all of a probe, were lost, which chance seldom does: each further packet may be the first
        // behind a run of losses.
        if (most >= Redundancy.MostTransmissions && IsInRun(in record))
        {
            int together = _flight.InFlightCount <= FewSegments ? _flight.InFlightCount : 1;
            copies = _redundancy.TransmissionsOutOfRun(together) - 1;
            farthest = distance;
        }

        uint dueAt = _now;
        for (int i = 0; i < copies; i++)
        {
            dueAt += distance;
            distance = Math.Min(distance * 2, farthest);
            if (!_redundancy.TryQueue(sequenceNumber, record.Bytes, dueAt))
                return;
        }
    }
}
