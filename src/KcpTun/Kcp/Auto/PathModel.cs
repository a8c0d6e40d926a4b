using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// What the path carries and how long it takes, and from both how fast to send and how much to have under way (the
/// model of BBR, draft-ietf-ccwg-bbr). Random loss does not slow it down: the share that is lost even in the best
/// round is added to what arrives. A queue that builds up does (HyStart++, RFC 9406, ends the start).
/// </summary>
internal sealed partial class PathModel
{
    /// <summary>
    /// Sending rate before anything is known, bytes a second: the 32 segments that a KCP peer takes leave within a
    /// millisecond. A stock peer then acknowledges them together; what comes later waits for its next flush.
    /// </summary>
    private const long InitialRate = 45_000_000;

    /// <summary>Gain of the window afterwards, percent (BBR: cwnd_gain).</summary>
    private const int WindowGain = 200;

    /// <summary>Fewest segments in flight (BBR: BBRMinPipeCwnd).</summary>
    private const int MinimumSegments = 4;

    /// <summary>Rounds over which the largest delivery rate counts (BBR v1: 10).</summary>
    private const int RateRounds = 10;

    /// <summary>Longest that acknowledgements are held back by any of kcptun's modes, ms.</summary>
    private const int MaximumAckDelay = 40;

    private readonly AutoParameters _parameters;
    private readonly int _segmentBytes;
    private WindowedMaximum _rate = new(RateRounds);
    private MinimumRtt _minimumRtt;
    private RttEstimator _rtt = new(minimumRto: 1);
    private LossMeter _loss;
    private long _delivered;
    private long _lost;
    private uint _deliveredAt;
    private uint _firstSentAt;
    private long _roundEnd;
    private long _round;
    private bool _isLimited;
    private long _recentRate;
    private ArrivalPeak _arrivals;
    private FairShare _share;
    private int _latestRtt;
    private int _jitter;
    private bool _hasForgotten;

    /// <param name="parameters">What was chosen by simulation.</param>
    /// <param name="segmentBytes">Bytes of a full transmission.</param>
    public PathModel(AutoParameters parameters, int segmentBytes)
    {
        _parameters = parameters;
        _segmentBytes = segmentBytes;
        _loss = new LossMeter(parameters);
        _share = new FairShare(parameters);
    }

    /// <summary>The peer runs in mode auto, too.</summary>
    public bool IsPeerAuto { get; set; }

    /// <summary>The peer's window, not the path, is what limits the transfer.</summary>
    public bool IsPeerLimited { get; set; }

    /// <summary>The same of a stock peer, while the path carries all of it.</summary>
    public bool IsStockPeerTheLimit => IsPeerLimited && !IsPeerAuto && !HasQueue && _phase != Phase.Start;

    /// <summary>Smoothed round trip, ms; 0 before the first sample.</summary>
    public int SmoothedRtt => _rtt.Srtt;

    /// <summary>Variation of the round trip, ms.</summary>
    public int RttVariation => _rtt.RttVar;

    /// <summary>Least round trip of the last seconds, ms; 0 before the first sample.</summary>
    public int LeastRtt => _minimumRtt.Value;

    public ref LossMeter Loss => ref _loss;

    /// <summary>What the path carries, lost bytes included, bytes a second; 0 before the first sample.</summary>
    public long LinkRate => _rate.Value;

    /// <summary>Bytes a second to send at.</summary>
    public long PacingRate
    {
        get
        {
            long link = LinkRate;
            if (link == 0)
                return InitialRate;
            long least = (long)MinimumSegments * _segmentBytes;
            if (_phase == Phase.Start)
                least = (long)_parameters.InitialSegments * _segmentBytes * _parameters.StartGain / 100;
            // A stock peer's window is limit enough: at 30 % loss this would take 0.14 of 0.92 MB/s.
            if (_phase == Phase.Cruise && IsPeerAuto)
                link = Math.Min(link, _share.Limit);
            long rate = IsYielding ? _recentRate * YieldingGain / 100 : link * PacingGain / 100;
            if (!IsPeerAuto)
                rate = Math.Max(rate, _arrivals.Peak * PeakGain / 100);
            return Math.Max(rate, least * 1000 / Math.Max(1, SmoothedRtt));
        }
    }

    /// <summary>Bytes that may be in flight.</summary>
    public long Window
    {
        get
        {
            long link = LinkRate;
            if (link == 0)
                return (long)_parameters.InitialSegments * _segmentBytes;
            long least = (long)MinimumSegments * _segmentBytes;
            if (_phase == Phase.ProbeRtt)
                return Math.Max(ArrivingBdp / 2, least);
            int held = Math.Clamp(SmoothedRtt - LeastRtt, 0, MaximumAckDelay + (JitterMargin * Jitter));
            int gain = _phase == Phase.Start ? _parameters.StartGain : WindowGain;
            long window = (Bdp * gain / 100) + (link * held / 1000);
            if (_phase != Phase.Start)
                return Math.Max(window, least);
            if (!IsPeerAuto)
                window = Math.Max(window, PacingRate * (SmoothedRtt + MaximumAckDelay) / 1000);
            return Math.Max(window, (long)_parameters.InitialSegments * _segmentBytes);
        }
    }

    /// <summary>Bytes that fill the path without a queue.</summary>
    private long Bdp => LinkRate * LeastRtt / 1000;

    /// <summary>The same of what arrives. Losses that are taken for chance may be those of a queue that never empties:
    /// then the model sends more than the path carries, and this must not.</summary>
    private long ArrivingBdp => Bdp * (65536 - _loss.Base) / 65536;

    /// <summary>A transmission leaves.</summary>
    public DeliverySnapshot OnSent(bool isIdle, uint now)
    {
        if (isIdle)
        {
            _firstSentAt = now;
            _deliveredAt = now;
        }

        return new DeliverySnapshot(_delivered, _lost, _deliveredAt, _firstSentAt, _isLimited);
    }

    /// <summary>Whether the application, not the path, is what limits the transmissions from now on.</summary>
    public void SetLimited(bool isLimited) => _isLimited = isLimited;

    /// <summary>A segment has been delivered.</summary>
    public void OnDelivered(int bytes, uint sentAt, uint now)
    {
        _arrivals.Add(bytes, now);
        _delivered += bytes;
        _deliveredAt = now;
        _firstSentAt = sentAt;
    }

    /// <summary>Transmissions have been found lost, or, with a negative number of bytes, to have arrived after all.
    /// </summary>
    public void OnLost(int bytes) => _lost += bytes;

    /// <summary>A packet has delivered something: what that says about the rate.</summary>
    /// <param name="snapshot">Of the delivered segment that was sent last.</param>
    /// <param name="sentAt">When it was sent, ms.</param>
    /// <param name="inFlight">Bytes.</param>
    /// <param name="knownBefore">The fate of all that was sent before is known, ms.</param>
    /// <param name="now">ms.</param>
    public void OnPacketDelivered(
        in DeliverySnapshot snapshot, uint sentAt, long inFlight, uint knownBefore, uint now)
    {
        if (_roundTrips.Samples > 0)
            HasQueue = _roundTrips.Least >= QueueLevel;
        _roundTrips.EndPacket();
        _block.EndPacket();
        bool isNewRound = snapshot.Delivered >= _roundEnd;
        if (isNewRound)
        {
            _round++;
            _roundEnd = _delivered;
        }

        int sending = SequenceNumber.Difference(sentAt, snapshot.FirstSentAt);
        int arriving = SequenceNumber.Difference(now, snapshot.DeliveredAt);
        int interval = Math.Max(sending, arriving);
        if (interval >= Math.Max(1, LeastRtt))
        {
            long rate = Carried(_delivered - snapshot.Delivered, _lost - snapshot.Lost) * 1000 / interval;
            _recentRate = rate;
            if (!snapshot.IsLimited)
                _share.OnRate(rate);
            if (!snapshot.IsLimited || rate >= _rate.Value)
                _rate.Add(rate, _round);
        }

        bool hasLossRound = _loss.TryEndRound(now, SmoothedRtt, knownBefore);
        Advance(isNewRound, hasLossRound, snapshot.IsLimited, inFlight, now);
    }

    /// <summary>
    /// Bytes that the path has carried: what arrived, and what was lost by chance. Losses beyond the least share of the
    /// last rounds are those of a full queue or a policer.
    /// </summary>
    private long Carried(long delivered, long lost)
    {
        long sent = delivered + Math.Max(0, lost);
        if (sent == 0)
            return 0;
        int tolerated = HasQueue ? _loss.Base : ToleratedLoss((int)Math.Min(sent / _segmentBytes, int.MaxValue));
        return lost * 65536 <= sent * tolerated ? sent : delivered * 65536 / (65536 - tolerated);
    }

    /// <summary>
    /// Share of losses, in 1/65536, that chance explains: the least of the last rounds, a little more, and twice the
    /// standard deviation of a count of that size.
    /// </summary>
    private int ToleratedLoss(int transmissions)
    {
        // Twice the deviation of a share among n is at most 1/(sqrt n); n is taken as a power of four, rounded down.
        int half = System.Numerics.BitOperations.Log2((uint)Math.Max(1, transmissions)) / 2;
        return Math.Min(_loss.Base + _parameters.LossThreshold + (65536 >> half), LossMeter.MostBase);
    }

    /// <summary>An acknowledgement names the transmission it answers, so this is a round trip.</summary>
    public void OnRoundTrip(int rtt, uint now)
    {
        _rtt.Sample(rtt, 1);
        // The next sample takes the place of a minimum that is too old, however high it is.
        _hasForgotten |= _minimumRtt.IsStale(now);
        _minimumRtt.Add(rtt, now);
        // Until more is known, a sixteenth of the round trip may be jitter.
        _jitter += _latestRtt > 0
            ? Math.Abs(rtt - _latestRtt) - (_jitter >> JitterShift)
            : (rtt << JitterShift) / 16;
        _latestRtt = rtt;
        if (_roundTrips.Samples == 0)
            _firstSampleAt = now;
        _roundTrips.Add(rtt);
        _block.Add(rtt);
        _leastOfCycle = Math.Min(_leastOfCycle, rtt);
    }
}
