using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Tcp;

/// <summary>Ends the doubling of a window when round trips grow, before the queue overflows (RFC 9406).</summary>
internal sealed class HyStart
{
    private const long LeastGrowth = 4 * SimTime.Millisecond;
    private const long MostGrowth = 16 * SimTime.Millisecond;
    private const int GrowthDivisor = 8;
    private const int LeastSamples = 8;
    private const int CautiousDivisor = 4;
    private const int CautiousRounds = 5;
    private const int MostPerAcknowledgement = 8;

    private long _roundEnd;
    private long _last = SimTime.Never;
    private long _current = SimTime.Never;
    private int _samples;
    private long? _baseline;
    private int _rounds;

    /// <summary>Segments by which the window grows for as many that have arrived.</summary>
    public double Growth(int segments)
    {
        double growth = Math.Min(segments, MostPerAcknowledgement);
        return _baseline is null ? growth : growth / CautiousDivisor;
    }

    /// <returns>Whether the doubling is over.</returns>
    public bool HasEnded(long acknowledged, long next, long roundTrip)
    {
        if (acknowledged >= _roundEnd)
        {
            _roundEnd = next;
            (_last, _current, _samples) = (_current, SimTime.Never, 0);
            if (_baseline is not null && ++_rounds >= CautiousRounds)
                return true;
        }

        _current = Math.Min(_current, roundTrip);
        if (++_samples < LeastSamples || _last == SimTime.Never)
            return false;
        if (_baseline is { } baseline)
        {
            // It was a moment's delay after all.
            if (_current < baseline)
                _baseline = null;
        }
        else if (_current >= _last + Math.Clamp(_last / GrowthDivisor, LeastGrowth, MostGrowth))
        {
            (_baseline, _rounds) = (_current, 0);
        }

        return false;
    }
}
