using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Tcp;

/// <summary>Smoothed round trip and retransmission timeout (RFC 6298), in ns.</summary>
internal sealed class RoundTripTimer
{
    /// <summary>Least timeout of Linux; the RFC has a second.</summary>
    public const long LeastTimeout = 200 * SimTime.Millisecond;

    private const long InitialTimeout = SimTime.Second;
    private const long MostTimeout = 120 * SimTime.Second;
    private const int MostDoublings = 20;

    private long _variation;
    private int _doublings;

    /// <summary>0 before the first sample.</summary>
    public long Smoothed { get; private set; }

    public long Timeout
    {
        get
        {
            // Linux bounds the variation from below, not the sum.
            long once = Smoothed == 0 ? InitialTimeout : Smoothed + Math.Max(LeastTimeout, 4 * _variation);
            return Math.Min(once << _doublings, MostTimeout);
        }
    }

    public void OnSample(long roundTrip)
    {
        _variation = Smoothed == 0
            ? roundTrip / 2
            : _variation + ((Math.Abs(Smoothed - roundTrip) - _variation) / 4);
        Smoothed = Smoothed == 0 ? roundTrip : Smoothed + ((roundTrip - Smoothed) / 8);
    }

    /// <summary>Something new has arrived.</summary>
    public void OnProgress() => _doublings = 0;

    /// <summary>The timeout has passed.</summary>
    public void OnTimeout() => _doublings = Math.Min(_doublings + 1, MostDoublings);
}
