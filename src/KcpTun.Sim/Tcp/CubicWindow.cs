using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Tcp;

/// <summary>CUBIC's congestion window (RFC 9438), in segments. Only additions, multiplications and square roots:
/// the same on every platform.</summary>
internal sealed class CubicWindow
{
    /// <summary>Segments at the start (RFC 6928).</summary>
    public const int InitialSegments = 10;

    /// <summary>How fast it grows, segments a cubic second (section 5).</summary>
    private const double Scale = 0.4;

    /// <summary>What remains of the window after a loss (section 4.6).</summary>
    private const double Decrease = 0.7;

    /// <summary>Segments a round trip that Reno would grow by, for the same mean window (section 4.3).</summary>
    private const double RenoIncrease = 3 * (1 - Decrease) / (1 + Decrease);

    private readonly HyStart _start = new();
    private double _threshold = double.PositiveInfinity;
    private double _largest;
    private double _prior;
    private double _reno;
    private double _inflection;
    private long? _epoch;
    private bool _isInitial = true;
    private (double Segments, double Threshold, double Largest, double Prior, bool IsInitial) _before;

    /// <summary>Segments that may be under way.</summary>
    public double Segments { get; private set; } = InitialSegments;

    /// <summary>Round trips are looked at while the window doubles.</summary>
    /// <param name="acknowledged">All bytes below it have arrived.</param>
    /// <param name="next">The byte to be sent next.</param>
    /// <param name="roundTrip">A fresh sample, ns.</param>
    public void OnRoundTrip(long acknowledged, long next, long roundTrip)
    {
        if (_isInitial && Segments < _threshold && _start.HasEnded(acknowledged, next, roundTrip))
            (_threshold, _isInitial) = (Segments, false);
    }

    /// <summary>Segments have arrived while the window was the limit.</summary>
    /// <param name="smoothed">Round trip, ns.</param>
    public void OnDelivered(int segments, long now, long smoothed)
    {
        if (Segments < _threshold)
            Segments = Math.Min(_threshold, Segments + (_isInitial ? _start.Growth(segments) : segments));
        else
            Avoid(segments, now, smoothed);
    }

    /// <summary>Segments were lost: once a round trip.</summary>
    public void OnCongestion()
    {
        _before = (Segments, _threshold, _largest, _prior, _isInitial);
        (_epoch, _isInitial) = (null, false);
        // Fast convergence (section 4.7): who had less room than the last time leaves some to a newcomer.
        _largest = Segments < _largest ? Segments * (1 + Decrease) / 2 : Segments;
        _prior = Segments;
        Segments = Math.Max(2, Segments * Decrease);
        _threshold = Segments;
    }

    /// <summary>Nothing was lost after all.</summary>
    public void Undo()
    {
        _epoch = null;
        double segments = Segments;
        (Segments, _threshold, _largest, _prior, _isInitial) = _before;
        Segments = Math.Max(Segments, segments);
    }

    /// <summary>Nothing has arrived for a whole timeout: it starts again, and does not seek where it was
    /// (section 4.8).</summary>
    public void Collapse() => (Segments, _largest, _epoch) = (1, 0, null);

    /// <summary>The application had nothing to send (section 5.8; RFC 5681, section 4.1).</summary>
    /// <param name="duration">ns.</param>
    /// <param name="timeout">After which nothing is known of the path any more, ns.</param>
    public void OnIdle(long duration, long timeout)
    {
        _epoch += duration;
        if (duration > timeout)
            Segments = Math.Min(Segments, InitialSegments);
    }

    private void Avoid(int segments, long now, long smoothed)
    {
        if (_epoch is null)
            Begin(now);
        double time = Seconds(now - _epoch!.Value);
        double increase = _reno < _prior ? RenoIncrease : 1;
        _reno += increase * segments / Segments;
        if (Cubic(time) < _reno)
        {
            Segments = Math.Max(Segments, _reno);
            return;
        }

        double target = Math.Clamp(Cubic(time + Seconds(smoothed)), Segments, 1.5 * Segments);
        Segments += (target - Segments) / Segments * segments;
    }

    private void Begin(long now)
    {
        _epoch = now;
        _largest = Math.Max(_largest, Segments);
        _reno = Segments;
        _inflection = CubeRoot((_largest - Segments) / Scale);
    }

    private double Cubic(double time)
    {
        double distance = time - _inflection;
        return (Scale * distance * distance * distance) + _largest;
    }

    private static double Seconds(long nanoseconds) => (double)nanoseconds / SimTime.Second;

    /// <summary>By halving an interval: the mathematical libraries of platforms differ in the last bit.</summary>
    private static double CubeRoot(double value)
    {
        double low = 0;
        double high = Math.Max(1, value);
        for (int i = 0; i < 64; i++)
        {
            double middle = (low + high) / 2;
            if (middle * middle * middle < value)
                low = middle;
            else
                high = middle;
        }

        return high;
    }
}
