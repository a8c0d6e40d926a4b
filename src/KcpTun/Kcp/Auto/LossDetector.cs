using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// Decides when a transmission is lost: when one that was sent later has arrived and the time in which packets overtake
/// each other on this path has passed since (RACK, RFC 8985, section 6.2). An acknowledgement of KCP echoes the time
/// of the transmission it answers, so every sample names its transmission, and one found lost too early shows itself.
/// </summary>
internal struct LossDetector
{
    /// <summary>
    /// Least time that a later transmission may be ahead, ms: the resolution of KCP's clock, at both ends.
    /// </summary>
    public const int MinimumReordering = 2;

    /// <summary>
    /// Round trips for which the largest overtaking seen counts; RFC 8985, section 7.1, holds it for 16 recoveries.
    /// </summary>
    private const int ReorderingMemory = 16;

    /// <summary>
    /// Largest window, in round trips. RFC 8985 takes one; but the round trip that is measured is that of the
    /// packets that overtake, and a packet may be late both ways.
    /// </summary>
    private const int MostReordering = 2;

    private readonly int _expectedJitter;
    private uint _latestOrder;
    private uint _memoryEndsAt;
    private int _lateness;
    private int _latenessBefore;

    public LossDetector(AutoParameters parameters) => _expectedJitter = parameters.ExpectedJitter;

    /// <summary>Some transmission is known to have arrived.</summary>
    public bool HasSample { get; private set; }

    /// <summary>Round trip of the latest transmission that is known to have arrived, ms.</summary>
    public int LatestRtt { get; private set; }

    /// <summary>Time of the latest transmission that is known to have arrived, ms.</summary>
    public uint LatestAt { get; private set; }

    /// <summary>
    /// How long a transmission may be overtaken before it counts as lost, ms: a quarter longer than the worst so far.
    /// </summary>
    /// <param name="smoothedRtt">Smoothed round trip, ms.</param>
    /// <param name="credible">
    /// Lateness that is believed, ms.
    /// </param>
    /// <param name="jitter">Mean jitter of the round trip, ms: what overtaking is to be expected before any is seen.
    /// </param>
    public readonly int ReorderingWindow(int smoothedRtt, int credible, int jitter)
    {
        int lateness = Math.Max(_lateness, _latenessBefore);
        int window = Math.Max(Math.Min(lateness + (lateness / 4), credible), _expectedJitter * jitter);
        window += MinimumReordering;
        return Math.Min(window, Math.Max(MostReordering * smoothedRtt, MinimumReordering));
    }

    /// <summary>A transmission is known to have arrived.</summary>
    /// <param name="sentAt">Its time, ms.</param>
    /// <param name="order">Its number among all transmissions, or 0 when only the time is known.</param>
    /// <param name="now">When the acknowledgement came, ms.</param>
    /// <param name="smoothedRtt">Smoothed round trip, ms.</param>
    public void OnArrival(uint sentAt, uint order, uint now, int smoothedRtt)
    {
        int rtt = Math.Max(1, SequenceNumber.Difference(now, sentAt));
        if (IsOvertaken(sentAt, order))
        {
            NoteLateness(rtt - LatestRtt, now, smoothedRtt);
            return;
        }

        HasSample = true;
        LatestRtt = rtt;
        LatestAt = sentAt;
        _latestOrder = order;
    }

    /// <summary>A transmission arrived so much later than those that overtook it.</summary>
    /// <param name="lateness">ms; not positive means that none did.</param>
    /// <param name="now">ms.</param>
    /// <param name="smoothedRtt">Smoothed round trip, ms.</param>
    public void NoteLateness(int lateness, uint now, int smoothedRtt)
    {
        if (SequenceNumber.Difference(now, _memoryEndsAt) >= 0)
        {
            _latenessBefore = _lateness;
            _lateness = 0;
            _memoryEndsAt = now + (uint)(ReorderingMemory * Math.Max(1, smoothedRtt));
        }

        _lateness = Math.Max(_lateness, Math.Min(lateness, MostReordering * smoothedRtt));
    }

    /// <summary>Whether a later transmission than this one has arrived.</summary>
    public readonly bool IsOvertaken(uint sentAt, uint order)
    {
        int distance = SequenceNumber.Difference(sentAt, LatestAt);
        return HasSample && (distance < 0 || (distance == 0 && SequenceNumber.Difference(order, _latestOrder) < 0));
    }

    /// <summary>When an overtaken transmission counts as lost, ms.</summary>
    public readonly uint LostAt(uint sentAt, int smoothedRtt, int credible, int jitter) =>
        sentAt + (uint)(LatestRtt + ReorderingWindow(smoothedRtt, credible, jitter));
}
