using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// The most that has arrived within one interval of a stock peer's acknowledgements: those of a train that the path
/// does not stretch come in one or two of them, so the path carries at least that much.
/// </summary>
internal struct ArrivalPeak
{
    /// <summary>Shortest interval at which a stock peer acknowledges, ms: the flush of mode fast3.</summary>
    public const int Interval = 10;

    private uint _startedAt;
    private long _bytes;

    /// <summary>Bytes a second; 0 before the first interval.</summary>
    public long Peak { get; private set; }

    public void Add(int bytes, uint now)
    {
        if (SequenceNumber.Difference(now, _startedAt) >= Interval || _bytes == 0)
        {
            _startedAt = now;
            _bytes = 0;
        }

        _bytes += bytes;
        Peak = Math.Max(Peak, _bytes * 1000 / Interval);
    }
}
