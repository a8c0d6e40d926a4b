namespace KcpTun.Kcp;

/// <summary>
/// The congestion window of sessions with congestion control (PROTOCOL c.5 step 6, c.7), in segments.
/// Arithmetic wraps at 32 bits like the reference's.
/// </summary>
internal struct CongestionWindow(uint mss)
{
    public const uint MinimumThreshold = 2;

    private uint _increment;

    /// <summary>Segments that may be in flight; 0 until the first flush, which therefore sends nothing.</summary>
    public uint Size { get; private set; }

    public uint Threshold { get; private set; } = MinimumThreshold;

    /// <summary>A packet has moved snd_una.</summary>
    public void Grow(uint remoteWindow)
    {
        if (Size >= remoteWindow)
            return;
        unchecked
        {
            if (Size < Threshold)
            {
                Size++;
                _increment += mss;
            }
            else
            {
                _increment = Math.Max(_increment, mss);
                _increment += (mss * mss / _increment) + (mss / 16);
                if ((Size + 1) * mss <= _increment)
                    Size = (_increment + mss - 1) / mss;
            }

            if (Size > remoteWindow)
            {
                Size = remoteWindow;
                _increment = remoteWindow * mss;
            }
        }
    }

    /// <summary>A flush has resent segments because later ones were acknowledged.</summary>
    public void OnFastRetransmit(uint inFlight, uint resend)
    {
        unchecked
        {
            Threshold = Math.Max(inFlight / 2, MinimumThreshold);
            // With fast retransmit off (resend 2^32-1) this wraps to the threshold minus one, as in the reference.
            Size = Threshold + resend;
            _increment = Size * mss;
        }
    }

    /// <summary>A flush has resent segments because their timeout has passed.</summary>
    public void OnTimeout(uint window)
    {
        Threshold = Math.Max(window / 2, MinimumThreshold);
        Collapse();
    }

    /// <summary>Every flush ends with a window of at least one segment.</summary>
    public void EnsureOne()
    {
        if (Size < 1)
            Collapse();
    }

    private void Collapse()
    {
        Size = 1;
        _increment = mss;
    }
}
