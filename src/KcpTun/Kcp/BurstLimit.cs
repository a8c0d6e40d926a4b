using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <summary>
/// Bounds how many segments enter the window at once, so that a burst does not overflow the receive buffer of the
/// peer's socket. A stock flush hands over all that the window admits; the buffer that a stock kernel grants
/// (<c>rmem_max</c> of 208 KiB) holds about 180 datagrams, and what does not fit is lost without any sign but the gap.
/// </summary>
/// <remarks>
/// A rate in segments a millisecond with a bucket of as much. It begins where any receiver follows, doubles for every
/// round trip in which it was the limit and nothing much was lost, and is soon no limit at all. When more than an
/// eighth of what a round trip sent had to be sent again it falls by a quarter, and then grows by a sixteenth. The
/// least rate is about 45 MB/s, above what lossy links carry, so loss of a path's own costs nothing there. What is sent
/// again is sent when KCP's rules say so, and taken off what new segments may use.
/// </remarks>
internal sealed class BurstLimit
{
    private const int FirstRate = 64;
    private const int LeastRate = 32;
    private const int MostRate = 4096;

    /// <summary>A round trip on a short path: acknowledgements of 2 to 4 ms' worth of segments come together.</summary>
    private const int ShortestRoundMs = 4;

    private int _rate = FirstRate;
    private int _threshold = MostRate;
    private int _allowance = FirstRate;
    private uint _refilledAt;
    private uint _roundBegan;
    private int _sent;
    private int _resent;
    private bool _hasBound;

    /// <summary>Segments that may enter the window at <paramref name="now"/> (ms).</summary>
    public int Allowance(uint now)
    {
        // After a silence of more than half the clock's range the difference says nothing; the bucket is full then.
        int elapsed = SequenceNumber.Difference(now, _refilledAt);
        long earned = elapsed >= 0 ? (long)elapsed * _rate : _rate;
        _allowance = (int)Math.Min(_rate, _allowance + earned);
        _refilledAt = now;
        return Math.Max(_allowance, 0);
    }

    /// <summary>Accounts for a flush.</summary>
    /// <param name="admitted">New segments that it let into the window.</param>
    /// <param name="resent">Segments that it sent again.</param>
    /// <param name="wasBound">Whether the window had room for more, and there was more.</param>
    /// <param name="srtt">Smoothed round-trip time, ms.</param>
    /// <param name="now">Milliseconds.</param>
    public void OnFlush(int admitted, int resent, bool wasBound, int srtt, uint now)
    {
        if (admitted + resent == 0)
            return;
        uint elapsed = now - _roundBegan;
        if (_sent > 0 && elapsed >= ShortestRoundMs && elapsed >= srtt)
            EndRound();
        if (_sent == 0)
            _roundBegan = now;
        // A flood of retransmissions holds new segments back for 8 ms at most.
        _allowance = Math.Max(_allowance - admitted - resent, -8 * _rate);
        _sent += admitted + resent;
        _resent += resent;
        _hasBound |= wasBound;
    }

    private void EndRound()
    {
        if (_resent > _sent / 8)
        {
            _rate = Math.Max(_rate * 3 / 4, LeastRate);
            _threshold = _rate;
        }
        else if (_hasBound)
        {
            _rate = Math.Min(_rate < _threshold ? _rate * 2 : _rate + (_rate / 16), MostRate);
        }

        _sent = 0;
        _resent = 0;
        _hasBound = false;
    }
}
