using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// Spreads transmissions evenly: a bucket that fills at the sending rate and that the clock's resolution, a
/// millisecond, makes at least that deep.
/// </summary>
internal struct Pacer
{
    /// <summary>What may leave at once, ms of the sending rate.</summary>
    public const int BurstMilliseconds = 2;

    /// <summary>What may leave at once when it has waited for the rate, ms of it: timers of a real machine are late.
    /// </summary>
    public const int MostLateness = 10;

    /// <summary>And at least, bytes: ten packets of the common size, as RFC 9002, section 7.7, allows.</summary>
    public const int MinimumBurst = 10 * 1400;

    private uint _filledAt;
    private long _credit;

    /// <summary>Bytes that may leave now; negative after the last packet of a burst.</summary>
    public readonly long Credit => _credit;

    /// <summary>Fills up to now.</summary>
    /// <param name="rate">Bytes a second.</param>
    /// <param name="minimumBurst">Bytes that may leave at once, if the rate does not allow more.</param>
    /// <param name="now">ms.</param>
    public void Refill(long rate, int minimumBurst, uint now)
    {
        int elapsed = SequenceNumber.Difference(now, _filledAt);
        _filledAt = now;
        if (elapsed <= 0)
            return;
        // A long pause fills the bucket whatever the rate; the limit keeps the product in range.
        long earned = rate * Math.Min(elapsed, 1000) / 1000;
        // Who has waited for the rate gets all of it, however late a busy machine has come back to it.
        int burst = _credit <= 0 ? MostLateness : BurstMilliseconds;
        long depth = Math.Max(rate * burst / 1000, minimumBurst);
        _credit = Math.Min(_credit + earned, depth);
    }

    public void Spend(int bytes) => _credit -= bytes;

    /// <summary>Milliseconds until something may leave again; 0 now.</summary>
    public readonly uint Wait(long rate) =>
        _credit > 0 ? 0 : (uint)Math.Min((-_credit * 1000 / Math.Max(rate, 1)) + 1, 1000);
}
