using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <content>Losses that time reveals, probes, and when to look again.</content>
internal sealed partial class AutoSender
{
    /// <summary>Round trip assumed before the first sample, ms: KCP's initial timeout.</summary>
    private const int InitialTimeout = (int)RttEstimator.InitialRto;

    /// <summary>How long a stock peer may hold an acknowledgement back, ms (RFC 9002, max_ack_delay).</summary>
    private const int StockAckDelay = 25;

    /// <summary>Segments that the first probe sends, at most (RFC 9002, section 6.2.4); the next ones send one, with
    /// copies.</summary>
    private const int ProbeSegments = 2;

    /// <summary>With no more than so many in flight, a probe sends them all.</summary>
    private const int FewSegments = 8;

    /// <summary>Longest wait for a probe, ms, where a round trip takes less: as long may the end of an outage stay
    /// unnoticed.</summary>
    private const int MostProbeWait = 1000;

    /// <summary>
    /// A segment overtaken by so much, ms, is copied while a stock peer's window is the limit, although it may only be
    /// late.
    /// </summary>
    private const int SuspiciousLateness = 5;

    /// <summary>Where a loss is believed within such a part of the round trip, suspects get no copies: their losses are
    /// known soon enough.</summary>
    private const int SlowDetection = 4;

    /// <summary>Segments looked at for suspects at a time: a peer may advertise 65,535.</summary>
    private const int MostSuspects = 256;

    private uint _lastSentAt;
    private uint _lastProgressAt;
    private int _probes;
    private int _probesDue;

    /// <summary>When <see cref="Advance"/> has something to do; false while nothing is under way.</summary>
    public bool TryGetDeadline(uint remoteWindow, out uint deadline)
    {
        uint nearest = 0;
        bool hasDeadline = false;
        if (_flight.InFlightCount > 0)
        {
            Note(ProbeAt());
            ref SegmentRecord oldest = ref _flight[_flight.Oldest];
            if (_detector.IsOvertaken(oldest.LastAt, oldest.Order))
                Note(LostAt(in oldest));
        }

        if (_redundancy.Count > 0)
            Note(_redundancy.DueAt);
        if (_flight.LostCount > 0 || (_send.Queued > 0 && MaySendNew(remoteWindow)))
            Note(_now + Math.Max(1, _pacer.Wait(_path.PacingRate)));
        deadline = nearest;
        return hasDeadline;

        void Note(uint at)
        {
            if (!hasDeadline || SequenceNumber.Difference(at, nearest) < 0)
                nearest = at;
            hasDeadline = true;
        }
    }

    private void DetectLosses()
    {
        while (_flight.InFlightCount > 0)
        {
            uint sn = _flight.Oldest;
            ref SegmentRecord record = ref _flight[sn];
            if (!_detector.IsOvertaken(record.LastAt, record.Order))
                return;
            if (SequenceNumber.Difference(_now, LostAt(in record)) < 0)
                return;
            Lose(sn, ref record);
        }
    }

    /// <summary>
    /// While a stock peer's window is the limit, what is missing stalls the transfer until it is known to be lost, and
    /// on a path with jitter that takes a round trip longer: whatever has been overtaken gets one copy before that.
    /// </summary>
    private void CopySuspects()
    {
        int window = _detector.ReorderingWindow(_path.SmoothedRtt, CredibleLateness, _path.Jitter);
        if (!IsPeerTheLimit || window < _path.LeastRtt / SlowDetection)
            return;
        uint sn = _flight.InFlightCount > 0 ? _flight.Oldest : 0;
        for (int count = Math.Min(_flight.InFlightCount, MostSuspects); count > 0; count--)
        {
            ref SegmentRecord record = ref _flight[sn];
            uint suspectAt = record.LastAt + (uint)(_detector.LatestRtt + SuspiciousLateness);
            if (!_detector.IsOvertaken(record.LastAt, record.Order) || SequenceNumber.Difference(_now, suspectAt) < 0)
                return;
            if (record.Volley == 1 && !record.IsSuspected)
            {
                record.IsSuspected = _redundancy.TryQueue(sn, record.Bytes, _now);
                if (!record.IsSuspected)
                    return;
            }

            sn = record.Next;
        }
    }

    private uint LostAt(in SegmentRecord record) =>
        _detector.LostAt(record.LastAt, _path.SmoothedRtt, CredibleLateness, _path.Jitter);

    private void Lose(uint sequenceNumber, ref SegmentRecord record)
    {
        for (int i = 0; i < record.Volley; i++)
        {
            int known = Math.Min(i, Redundancy.MostTransmissions - 1);
            _path.Loss.Resolve(true, record.VolleyAt + record.Offsets[known]);
            if (i > 0)
                _path.Loss.ResolveSuccessor(true);
        }

        // A suspect's copy left much later than those of a volley do: that both are lost is no run.
        record.WasCopied = record.Volley > 1 && !record.IsSuspected;
        _path.OnLost(record.Bytes);
        _flight.MarkLost(sequenceNumber);
    }

    /// <summary>
    /// When nothing has been heard for longer than a round trip can take: the last transmissions may be lost, and
    /// nothing behind them will tell (RFC 8985, section 7; RFC 9002, section 6.2).
    /// </summary>
    private uint ProbeAt()
    {
        uint since = SequenceNumber.Difference(_lastProgressAt, _lastSentAt) > 0 && _probes == 0
            ? _lastProgressAt
            : _lastSentAt;
        // What is sent after it, copies included, does not put off a segment that others do not reveal as lost.
        if (_flight.InFlightCount <= FewSegments)
            since = _flight[_flight.Oldest].VolleyAt;
        return since + (uint)ProbeWait();
    }

    private int ProbeWait()
    {
        int ackDelay = IsPeerAuto ? _parameters.AutoAckDelay : StockAckDelay;
        int wait = _path.SmoothedRtt == 0
            ? InitialTimeout
            : _path.SmoothedRtt + Math.Max(4 * _path.RttVariation, 1) + ackDelay;
        // Never less than what an acknowledgement takes, however long that is.
        int most = Math.Max(wait, MostProbeWait);
        for (int i = 0; i < _probes && wait < most; i++)
            wait += wait / 2;
        return Math.Min(wait, most);
    }

    private void CheckProbe()
    {
        // A turn may look twice before it sends.
        if (_probesDue > 0 || _flight.InFlightCount == 0 || SequenceNumber.Difference(_now, ProbeAt()) < 0)
            return;
        _probes++;
        _probesDue = _probes > 1 ? 1 : ProbeSegments;
        if (_flight.InFlightCount <= FewSegments)
            _probesDue = _flight.InFlightCount;
    }

    private bool TryNextProbe(out uint sequenceNumber)
    {
        sequenceNumber = _flight.InFlightCount > 0 ? _flight.Oldest : 0;
        // The younger ones of a few may not have been given up yet.
        bool isDue = _probesDue > 0 && _flight.InFlightCount > 0
            && (_flight.InFlightCount > FewSegments
                || SequenceNumber.Difference(_now, _flight[sequenceNumber].VolleyAt) >= _path.SmoothedRtt);
        _probesDue = isDue ? _probesDue - 1 : 0;
        if (isDue)
            Lose(sequenceNumber, ref _flight[sequenceNumber]);
        return isDue;
    }
}
