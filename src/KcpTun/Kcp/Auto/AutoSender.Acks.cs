using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <content>What acknowledgements prove.</content>
internal sealed partial class AutoSender
{
    private DeliverySnapshot _newestSnapshot;
    private bool _hasDelivered;

    /// <summary>A packet of the peer begins.</summary>
    public void BeginPacket(uint now)
    {
        _now = now;
        _hasDelivered = false;
    }

    /// <summary>Everything before <paramref name="una"/> has been delivered; call it before they are dropped.</summary>
    public void OnUna(uint una)
    {
        if (SequenceNumber.Difference(una, _send.Next) > 0)
            una = _send.Next;
        for (uint sn = _send.Una; SequenceNumber.Difference(una, sn) > 0; sn++)
        {
            ref SegmentRecord record = ref _flight[sn];
            if (record.State == SegmentState.Settled)
                continue;
            if (record.State == SegmentState.InFlight && record.Volley == 1)
                _path.Loss.Resolve(false, record.LastAt);
            Deliver(sn, ref record, record.LastAt);
        }
    }

    /// <summary>An acknowledgement of a segment of the window.</summary>
    /// <param name="sequenceNumber">Numbered and not before una.</param>
    /// <param name="timestamp">Of the transmission that arrived; a hostile peer may claim any.</param>
    /// <param name="isFirst">It is the first of its packet.</param>
    public void OnAck(uint sequenceNumber, uint timestamp, bool isFirst)
    {
        // A peer in mode auto writes those it repeats last; when they come says nothing about their segments.
        bool isFresh = isFirst || !IsPeerAuto;
        ref SegmentRecord record = ref _flight[sequenceNumber];
        if (record.State == SegmentState.Settled)
            return;
        bool isPlausible = SequenceNumber.Difference(timestamp, record.FirstAt) >= 0
            && SequenceNumber.Difference(_now, timestamp) >= 0;
        if (!isPlausible)
            timestamp = record.LastAt;
        NoteFate(in record, timestamp, isFresh);
        if (isPlausible)
            NoteArrival(in record, timestamp, isFresh);
        Deliver(sequenceNumber, ref record, timestamp);
    }

    /// <summary>The packet is over.</summary>
    public void EndPacket()
    {
        if (!_hasDelivered)
            return;
        // Probes in vain: what an outage took is neither chance nor overload.
        if (_probes > 1)
            _path.Loss.Restart();
        uint knownBefore = _flight.InFlightCount > 0 ? _flight[_flight.Oldest].LastAt : _now;
        _path.OnPacketDelivered(in _newestSnapshot, _newestSentAt, _flight.InFlightBytes, knownBefore, _now);
        _probes = 0;
        _probesDue = 0;
        _lastProgressAt = _now;
    }

    private uint _newestSentAt;

    /// <summary>Which of the segment's transmissions were lost before the one that arrived.</summary>
    private void NoteFate(in SegmentRecord record, uint timestamp, bool isFresh)
    {
        if (SequenceNumber.Difference(timestamp, record.VolleyAt) < 0)
        {
            // One that had been taken for lost.
            _path.Loss.Retract(timestamp);
            _path.OnLost(-record.Bytes);
            int rtt = SequenceNumber.Difference(_now, timestamp);
            if (isFresh)
                _detector.NoteLateness(rtt - _detector.LatestRtt, _now, _path.SmoothedRtt);
            return;
        }

        if (record.State != SegmentState.InFlight)
            return;
        uint offset = timestamp - record.VolleyAt;
        int known = Math.Min(record.Volley, Redundancy.MostTransmissions);
        int lost = 0;
        for (; lost < known && record.Offsets[lost] < offset; lost++)
        {
            _path.Loss.Resolve(true, record.VolleyAt + record.Offsets[lost]);
            if (lost > 0)
                _path.Loss.ResolveSuccessor(true);
        }

        _path.Loss.Resolve(false, timestamp);
        if (lost > 0)
            _path.Loss.ResolveSuccessor(false);
    }

    private void NoteArrival(in SegmentRecord record, uint timestamp, bool isFresh)
    {
        bool isNewest = !_detector.HasSample || SequenceNumber.Difference(timestamp, _detector.LatestAt) > 0;
        if (!isNewest && !isFresh)
            return;
        uint order = timestamp == record.LastAt ? record.Order : 0;
        _detector.OnArrival(timestamp, order, _now, _path.SmoothedRtt);
        _path.OnRoundTrip(Math.Max(1, SequenceNumber.Difference(_now, timestamp)), _now);
    }

    private void Deliver(uint sequenceNumber, ref SegmentRecord record, uint sentAt)
    {
        if (!_hasDelivered || SequenceNumber.Difference(sentAt, _newestSentAt) >= 0)
        {
            _newestSnapshot = record.Delivery;
            _newestSentAt = sentAt;
        }

        _hasDelivered = true;
        _path.OnDelivered(record.Bytes, sentAt, _now);
        _flight.Settle(sequenceNumber);
    }
}
