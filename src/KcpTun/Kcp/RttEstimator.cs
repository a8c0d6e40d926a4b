namespace KcpTun.Kcp;

/// <summary>Smoothed round-trip time and the retransmission timeout that follows (PROTOCOL c.6), in ms.</summary>
internal struct RttEstimator(uint minimumRto)
{
    public const uint InitialRto = 200;
    public const uint MaximumRto = 60000;

    public int Srtt { get; private set; }

    public int RttVar { get; private set; }

    public uint Rto { get; private set; } = InitialRto;

    /// <param name="rtt">Sample, not negative. A peer controls it, hence the wrapping 32-bit arithmetic.</param>
    /// <param name="interval">The session's flush interval: a floor for the variance term.</param>
    public void Sample(int rtt, uint interval)
    {
        unchecked
        {
            if (Srtt == 0)
            {
                Srtt = rtt;
                RttVar = rtt >> 1;
            }
            else
            {
                int delta = rtt - Srtt;
                Srtt += delta >> 3;
                int deviation = delta < 0 ? -delta : delta;
                // A low outlier says little about jitter, so it weighs 1/32 instead of 1/4.
                int shift = rtt < Srtt - RttVar ? 5 : 2;
                RttVar += (deviation - RttVar) >> shift;
            }

            uint rto = (uint)Srtt + Math.Max(interval, (uint)RttVar << 2);
            Rto = Math.Clamp(rto, minimumRto, MaximumRto);
        }
    }
}
