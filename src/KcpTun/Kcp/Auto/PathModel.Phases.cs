using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <content>The phases in which the rate is sought, the queue emptied, and the rate held and tried anew.</content>
internal sealed partial class PathModel
{
    /// <summary>Growth, in percent of the rate, below which a round does not count as growth (BBR).</summary>
    private const int Growth = 125;

    /// <summary>Rounds without growth after which the path is full (BBR).</summary>
    private const int RoundsWithoutGrowth = 3;

    /// <summary>Part of the round trip by which it has grown when a queue stands, towards a stock peer (RFC 9406).
    /// </summary>
    private const int StockPart = 8;

    /// <summary>Bounds of the delay that ends the start, ms (RFC 9406, MIN_RTT_THRESH and MAX_RTT_THRESH).</summary>
    private const int LeastHyStartDelay = 4;

    private const int MostHyStartDelay = 16;

    /// <summary>How long a visit to an emptied path takes beyond a round trip, ms (BBR: ProbeRTTDuration).</summary>
    private const int ProbeRttDuration = 200;

    /// <summary>Steps of the cycle of gains, each held for a round trip (BBR v1): one tries more, one empties what that
    /// has queued, and the others keep the rate.</summary>
    private const int CycleLength = 8;

    /// <summary>Step of the cycle at whose end what was tried in the first one has been acknowledged.</summary>
    private const int GrowthIsKnown = 2;

    /// <summary>Percent of the rate before, from which on the path has more room: half of what was tried.</summary>
    private const int MoreRoom = 107;

    /// <summary>Steps in a row that brought more, after which the path is known to have more room.</summary>
    private const int CertainGrowths = 2;

    /// <summary>Gain of the first step, percent, while there is known to be more room (BBR v1: 125).</summary>
    private const int SeekingGain = 125;

    /// <summary>Sending rate, percent of what arrives, while a queue stands that may be this session's.</summary>
    private const int YieldingGain = 85;

    /// <summary>Cycles of the gain in which the queue never emptied, after which it is somebody else's.</summary>
    private const int StubbornCycles = 2;

    /// <summary>Weight of the past in the jitter (RFC 3550): a sample counts 1/16.</summary>
    private const int JitterShift = 4;

    /// <summary>Round trips that differ by so many times the jitter may be those of an empty queue.</summary>
    private const int JitterMargin = 2;

    /// <summary>
    /// Gain of the start over the peak of arrivals, percent, when the path has not stretched the first train: its
    /// dispersion, less than a flush, is then a bound only, and a stock sender would fill the window at once.
    /// </summary>
    private const int UnstretchedGain = 1000;

    /// <summary>Segments that come within one flush from a train that was not stretched: the 32 that a peer takes at
    /// first, without the one that opens the stream and is short.</summary>
    private const int WholeTrain = 31;

    private Phase _phase;
    private uint _firstSampleAt;
    private long _doubtRound;
    private long _fullRate;
    private int _fullRounds;
    private RoundTrips _roundTrips = new();
    private RoundTrips _block = new();
    private int _leastOfCycle = int.MaxValue;
    private int _stubbornCycles;
    private int _step;
    private long _triedFrom;
    private bool _isSeeking;
    private int _growths;
    private int _leastBefore;
    private uint _stepEndsAt;

    private enum Phase
    {
        Start,

        /// <summary>A queue seems to stand, or the path has jitter: the next round tells (RFC 9406, section 4.3,
        /// Conservative Slow Start).</summary>
        Doubt,
        Drain,
        Cruise,
        ProbeRtt,
    }

    /// <summary>No segment of the round came as fast as the path allows: something waits before the
    /// bottleneck.</summary>
    public bool HasQueue { get; private set; }

    /// <summary>A round trip that is no longer that of an empty queue, ms.</summary>
    private int QueueLevel => LeastRtt + QueueThreshold;

    private int QueueThreshold =>
        Math.Clamp(LeastRtt / (IsPeerAuto ? _parameters.QueuePart : StockPart), LeastHyStartDelay, MostHyStartDelay)
        + (JitterMargin * Jitter);

    /// <summary>Mean difference of two successive round trips, ms (RFC 3550, section 6.4.1): a queue grows in
    /// smaller steps.
    /// </summary>
    public int Jitter => _jitter >> JitterShift;

    /// <summary>The queue is not this session's: it stayed although this one has sent less than it got.</summary>
    private bool IsCompeting => _stubbornCycles >= StubbornCycles;

    /// <summary>More was lost in the latest round than chance explains.</summary>
    private bool IsOverloaded => _loss.LatestRound > ToleratedLoss(_loss.LatestResolved);

    /// <summary>
    /// A queue stands: less is sent than what arrives, so that it empties even if other sessions take part in it.
    /// </summary>
    private bool IsYielding => _phase == Phase.Cruise && _step > 1 && HasQueue && !IsCompeting;

    private int PacingGain => _phase switch
    {
        Phase.Start => _parameters.StartGain,
        Phase.Drain => 100 * 100 / _parameters.StartGain,
        Phase.Doubt or Phase.ProbeRtt => 100,
        _ when IsPeerAuto && IsPeerLimited && !HasQueue => _parameters.PeerLimitedGain,
        _ when _isSeeking && _step == 0 => SeekingGain,
        _ => CycleGain,
    };

    private int CycleGain => _step switch
    {
        0 => _parameters.ProbingGain,
        1 => _parameters.DrainingGain,
        _ => 100,
    };

    /// <summary>
    /// Gain over the peak of arrivals, percent, towards a stock peer; 0 when the peak says nothing. While its window is
    /// the limit, the rate that arrives says how large the window is; the peak says what the path has carried.
    /// </summary>
    private int PeakGain => _phase switch
    {
        Phase.Start => _arrivals.Peak * ArrivalPeak.Interval / 1000 >= (long)WholeTrain * _segmentBytes
            ? UnstretchedGain
            : _parameters.StartGain,
        Phase.Cruise when IsPeerLimited && !HasQueue => 100,
        _ => 0,
    };

    private void Advance(bool isNewRound, bool hasLossRound, bool isLimited, long inFlight, uint now)
    {
        if (_phase == Phase.Start)
            CheckFull(isNewRound, hasLossRound, isLimited, now);
        if (_phase == Phase.Doubt)
            CheckDoubt(isNewRound, hasLossRound);
        if (_phase == Phase.Drain && inFlight <= Bdp)
            Cruise(now);
        if (_phase == Phase.Cruise)
            AdvanceCycle(inFlight, now);
        _share.OnQueue(IsYielding);
        if (isNewRound)
            _share.OnRound();
        if (_phase == Phase.ProbeRtt)
            VisitEmptyPath(now);
        if (_phase == Phase.Cruise && _hasForgotten && !isLimited)
        {
            _hasForgotten = false;
            _phase = Phase.ProbeRtt;
            _stepEndsAt = now + (uint)(ProbeRttDuration + SmoothedRtt);
            _loss.Restart();
        }

        if (!isNewRound)
            return;
        _roundTrips = new RoundTrips();
    }

    private void VisitEmptyPath(uint now)
    {
        if (SequenceNumber.Difference(now, _stepEndsAt) < 0)
            return;
        _loss.EndVisit();
        Cruise(now);
    }

    private void CheckFull(bool isNewRound, bool hasLossRound, bool isLimited, uint now)
    {
        if (hasLossRound && IsOverloaded)
        {
            _phase = Phase.Drain;
        }
        else if (isLimited)
        {
            // Samples of several pauses would make no block.
            _block = new RoundTrips();
        }
        else if (_round > 1 && ShowsQueue(now))
        {
            _phase = Jitter * _parameters.ClearJitter < LeastRtt ? Phase.Drain : Phase.Doubt;
            _doubtRound = _round;
        }

        if (!isNewRound || isLimited)
            return;
        if (_rate.Value * 100 >= _fullRate * Growth)
        {
            _fullRate = _rate.Value;
            _fullRounds = 0;
        }
        else
        {
            _fullRounds++;
        }

        // An end by loss or by a queue stands: no growth is the weaker sign.
        if (_phase != Phase.Start || _fullRounds < RoundsWithoutGrowth)
            return;
        if (IsPeerLimited && !HasQueue)
            Cruise(now);
        else
            _phase = Phase.Drain;
    }

    /// <summary>
    /// The least round trip has grown: in the round so far, or, since the queue may have begun within it, in the last
    /// few packets. The first round has no earlier one to have grown against.
    /// </summary>
    private bool ShowsQueue(uint now)
    {
        bool isRoundLate = _roundTrips.IsMeaningful && HasQueue;
        if (!IsPeerAuto)
            return isRoundLate && SequenceNumber.Difference(now, _firstSampleAt) >= ArrivalPeak.Interval;
        if (!_block.IsMeaningful)
            return isRoundLate;
        bool isBlockLate = _block.Least >= QueueLevel;
        _block = new RoundTrips();
        return isRoundLate || isBlockLate;
    }

    /// <summary>
    /// What was sent at the rate found so far has a queue before it, too, or it was jitter and the start goes on.
    /// </summary>
    private void CheckDoubt(bool isNewRound, bool hasLossRound)
    {
        if (hasLossRound && IsOverloaded)
        {
            _phase = Phase.Drain;
            return;
        }

        bool isRoundOfDoubt = _round == _doubtRound || (isNewRound && _round == _doubtRound + 1);
        if (isRoundOfDoubt)
            return;
        if (!HasQueue)
            _phase = Phase.Start;
        else if (isNewRound)
            _phase = Phase.Drain;
    }

    private void Cruise(uint now)
    {
        _phase = Phase.Cruise;
        _step = 2;
        _stepEndsAt = now + (uint)LeastRtt;
    }

    /// <summary>
    /// Once may be chance, or another's pause. When trying more brought more twice in a row, or once where something
    /// became free, more is tried again at once, until it brings no more or a queue.
    /// </summary>
    private void LookForGrowth()
    {
        _growths = !HasQueue && _rate.Value * 100 >= _triedFrom * MoreRoom ? _growths + 1 : 0;
        _isSeeking = _growths >= CertainGrowths || (_isSeeking && _growths > 0);
    }

    /// <summary>
    /// The least round trip has fallen: a queue that had stood for as long as that is remembered is gone, and with it
    /// who made it. What it took is free now.
    /// </summary>
    private void SeekWhatIsFree()
    {
        _isSeeking |= _leastBefore - LeastRtt > QueueThreshold;
        _leastBefore = LeastRtt;
    }

    private void AdvanceCycle(long inFlight, uint now)
    {
        bool isDrained = CycleGain < 100 && inFlight <= Bdp;
        if (SequenceNumber.Difference(now, _stepEndsAt) < 0 && !isDrained)
            return;
        if (_step == GrowthIsKnown)
            LookForGrowth();
        _step = _step == GrowthIsKnown && _isSeeking ? 0 : (_step + 1) % CycleLength;
        _stepEndsAt = now + (uint)LeastRtt;
        if (_step != 0)
            return;
        _triedFrom = _rate.Value;
        int probingBytes = _parameters.ProbingPackets * _segmentBytes;
        _stepEndsAt = now + (uint)Math.Max(LeastRtt, probingBytes * 1000 / Math.Max(1, PacingRate));
        _share.OnCycle();
        SeekWhatIsFree();
        _stubbornCycles = _leastOfCycle >= QueueLevel ? _stubbornCycles + 1 : 0;
        _leastOfCycle = int.MaxValue;
    }
}
