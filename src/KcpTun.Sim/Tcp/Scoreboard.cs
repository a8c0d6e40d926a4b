using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Tcp;

/// <summary>A segment from when the application wrote it until everything of it is acknowledged.</summary>
internal sealed class OutSegment
{
    public required long Start { get; init; }

    public TcpFlags Flags { get; init; }

    public byte[] Payload { get; } = new byte[TcpHeader.MaxPayload];

    /// <summary>Bytes of <see cref="Payload"/> that count.</summary>
    public int Length { get; set; }

    /// <summary>The sequence number behind it; SYN and FIN take one.</summary>
    public long End => Start + Length + ((Flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0 ? 1 : 0);

    /// <summary>Its last transmission, ns.</summary>
    public long SentAt { get; set; }

    public bool IsSacked { get; set; }

    /// <summary>Its last transmission counts as lost.</summary>
    public bool IsLost { get; set; }

    /// <summary>A transmission of it counted as lost.</summary>
    public bool WasLost { get; set; }

    public bool WasRetransmitted { get; set; }
}

/// <summary>What one acknowledgement said.</summary>
/// <param name="Delivered">Segments that are known to have arrived only now.</param>
/// <param name="RoundTrip">Of the one sent last among them, ns; null when each of them was sent again.</param>
/// <param name="Duplicate">What has arrived twice: a transmission of it was needless (RFC 2883).</param>
internal readonly record struct AckResult(int Delivered, long? RoundTrip, TcpRange? Duplicate);

/// <summary>
/// Segments that are under way, and what is known of them; loss is detected by time (RACK, RFC 8985, section 6).
/// </summary>
internal sealed class Scoreboard
{
    private const int ReorderingDivisor = 4;
    private const int DuplicateThreshold = 3;

    private readonly List<OutSegment> _segments = [];
    private int _head;
    private long _highestSacked;
    private long _sackedBefore;
    private int _sacked;
    private int _missing;
    private long _least = SimTime.Never;
    private long _newestSentAt = -1;
    private long _newestEnd;
    private long _newestRoundTrip;
    private bool _hasReordering;
    private int _patience = 1;

    /// <summary>Segments that have been sent and are not acknowledged.</summary>
    public int Count => _segments.Count - _head;

    /// <summary>Segments that are thought to be on the path.</summary>
    public int Pipe { get; private set; }

    /// <summary>Something that counted as lost has not arrived yet.</summary>
    public bool HasLost => _missing > 0;

    /// <summary>The one sent first; there is one.</summary>
    public OutSegment First => _segments[_head];

    /// <summary>The last that has not arrived, or null.</summary>
    public OutSegment? LastMissing()
    {
        for (int i = _segments.Count - 1; i >= _head; i--)
        {
            if (!_segments[i].IsSacked)
                return _segments[i];
        }

        return null;
    }

    /// <summary>The first that is lost, or null.</summary>
    public OutSegment? FirstLost()
    {
        for (int i = _head; i < _segments.Count; i++)
        {
            if (_segments[i].IsLost)
                return _segments[i];
        }

        return null;
    }

    /// <summary>A segment leaves, for the first time or again.</summary>
    public void OnSent(OutSegment segment, bool isFirst, long now)
    {
        if (isFirst)
            _segments.Add(segment);
        else
            segment.WasRetransmitted = true;
        Pipe += isFirst || segment.IsLost ? 1 : 0;
        segment.IsLost = false;
        segment.SentAt = now;
    }

    /// <summary>Takes an acknowledgement.</summary>
    /// <param name="acknowledged">Everything below it has arrived.</param>
    public AckResult Acknowledge(long acknowledged, ReadOnlySpan<TcpRange> blocks, long now)
    {
        int delivered = 0;
        OutSegment? newest = null;
        bool isRepaired = false;
        _sackedBefore = _highestSacked;
        while (Count > 0 && First.End <= acknowledged)
        {
            OutSegment segment = _segments[_head++];
            _sacked -= segment.IsSacked ? 1 : 0;
            if (segment.IsSacked)
                continue;
            isRepaired |= segment.WasRetransmitted;
            Arrive(segment);
        }

        // What comes behind a repair may have arrived long ago.
        if (isRepaired)
            newest = null;
        if (_head > 64 && _head > _segments.Count / 2)
        {
            _segments.RemoveRange(0, _head);
            _head = 0;
        }

        bool hasDuplicate = blocks.Length > 0
            && (blocks[0].End <= acknowledged || (blocks.Length > 1 && IsWithin(blocks[0], blocks[1])));
        foreach (TcpRange block in blocks)
        {
            for (int i = IndexOf(block.Start); i < _segments.Count && _segments[i].End <= block.End; i++)
            {
                if (_segments[i].IsSacked)
                    continue;
                Arrive(_segments[i]);
                _segments[i].IsSacked = true;
                _sacked++;
            }

            _highestSacked = Math.Max(_highestSacked, block.End);
        }

        return new AckResult(
            delivered, newest is null ? null : now - newest.SentAt, hasDuplicate ? blocks[0] : null);

        void Arrive(OutSegment segment)
        {
            delivered++;
            Pipe -= segment.IsLost ? 0 : 1;
            _missing -= segment.WasLost ? 1 : 0;
            segment.IsLost = false;
            OnArrived(segment, now);
            if (!segment.WasRetransmitted && (newest is null || segment.SentAt >= newest.SentAt))
                newest = segment;
        }
    }

    /// <summary>Something was taken for lost too early: once a round trip.</summary>
    public void BeMorePatient() => _patience++;

    /// <summary>That was long ago.</summary>
    public void ForgetPatience() => _patience = 1;

    /// <summary>Finds what is lost because later transmissions have arrived.</summary>
    /// <param name="smoothed">Round trip, ns.</param>
    /// <returns>When to look again, ns; <see cref="SimTime.Never"/> when there is nothing to wait for.</returns>
    public long DetectLoss(bool isRecovering, long smoothed, long now)
    {
        long again = SimTime.Never;
        if (_newestSentAt < 0)
            return again;
        long window = Math.Min(_patience * _least / ReorderingDivisor, smoothed);
        if (!_hasReordering && (isRecovering || _sacked >= DuplicateThreshold))
            window = 0;
        for (int i = _head; i < _segments.Count; i++)
        {
            OutSegment segment = _segments[i];
            bool isBefore = segment.SentAt < _newestSentAt
                || (segment.SentAt == _newestSentAt && segment.End < _newestEnd);
            if (!isBefore || segment.IsSacked || segment.IsLost)
                continue;
            long due = segment.SentAt + _newestRoundTrip + window;
            if (due > now)
            {
                again = again == SimTime.Never ? due : Math.Max(again, due);
                continue;
            }

            Lose(segment);
        }

        return again;
    }

    /// <summary>Nothing has come back: everything that has not arrived counts as lost.</summary>
    public void LoseAll()
    {
        for (int i = _head; i < _segments.Count; i++)
        {
            if (_segments[i].IsSacked || _segments[i].IsLost)
                continue;
            Lose(_segments[i]);
        }
    }

    private void Lose(OutSegment segment)
    {
        Pipe--;
        _missing += segment.WasLost ? 0 : 1;
        (segment.IsLost, segment.WasLost) = (true, true);
    }

    private void OnArrived(OutSegment segment, long now)
    {
        // Something behind it was known to have arrived before.
        if (segment.End <= _sackedBefore && !segment.WasRetransmitted)
            _hasReordering = true;
        long roundTrip = now - segment.SentAt;
        // The acknowledgement is the earlier transmission's: nothing comes back that quickly.
        if (segment.WasRetransmitted && roundTrip < _least)
            return;
        _least = Math.Min(_least, roundTrip);
        if (segment.SentAt < _newestSentAt || (segment.SentAt == _newestSentAt && segment.End <= _newestEnd))
            return;
        (_newestSentAt, _newestEnd, _newestRoundTrip) = (segment.SentAt, segment.End, roundTrip);
    }

    private static bool IsWithin(TcpRange inner, TcpRange outer) =>
        inner.Start >= outer.Start && inner.End <= outer.End;

    private int IndexOf(long start)
    {
        int low = _head;
        int high = _segments.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_segments[middle].Start < start)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
