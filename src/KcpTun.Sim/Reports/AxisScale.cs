namespace KcpTun.Sim.Reports;

/// <summary>Maps values onto a length, linearly or by logarithm, with ticks at round values.</summary>
internal sealed class AxisScale
{
    private const double LogarithmicFrom = 20;

    private readonly bool _isLogarithmic;
    private readonly double _low;
    private readonly double _high;

    private AxisScale(bool isLogarithmic, double low, double high, double[] ticks)
    {
        _isLogarithmic = isLogarithmic;
        _low = low;
        _high = high;
        Ticks = ticks;
    }

    /// <summary>Round values within the range, ascending.</summary>
    public IReadOnlyList<double> Ticks { get; }

    public bool IsLogarithmic => _isLogarithmic;

    public double Low => _low;

    public double High => _high;

    /// <summary>From zero to a round value that is not below <paramref name="max"/>.</summary>
    /// <param name="max">Largest value; one that is not positive counts as 1.</param>
    /// <param name="count">About how many ticks.</param>
    public static AxisScale FromZero(double max, int count)
    {
        double top = double.IsFinite(max) && max > 0 ? max : 1;
        double step = NiceStep(top / count);
        int steps = (int)Math.Ceiling((top / step) - 1e-9);
        double[] ticks = [.. Enumerable.Range(0, steps + 1).Select(i => i * step)];
        return new AxisScale(false, 0, ticks[^1], ticks);
    }

    /// <summary>Logarithmic where the values span more than an order of magnitude; otherwise from zero.</summary>
    public static AxisScale For(double min, double max, int count)
    {
        if (!(min > 0) || max / min < LogarithmicFrom)
            return FromZero(max, count);
        List<double> ticks = [];
        double decade = Math.Pow(10, Math.Floor(Math.Log10(min)));
        while (ticks.Count == 0 || ticks[^1] < max)
        {
            foreach (int factor in (ReadOnlySpan<int>)[1, 2, 5])
            {
                if (ticks.Count == 0 || ticks[^1] < max)
                    ticks.Add(decade * factor);
            }

            decade *= 10;
        }

        double low = ticks.Last(tick => tick <= min);
        ticks.RemoveAll(tick => tick < low);
        return new AxisScale(true, low, ticks[^1], [.. ticks]);
    }

    /// <summary>Where a value lies: 0 at the low end, 1 at the high one.</summary>
    public double Position(double value)
    {
        double share = _isLogarithmic
            ? Math.Log(Math.Max(value, _low) / _low) / Math.Log(_high / _low)
            : (value - _low) / (_high - _low);
        return Math.Clamp(share, 0, 1);
    }

    private static double NiceStep(double step)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(step)));
        double mantissa = step / decade;
        return decade * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
    }
}
