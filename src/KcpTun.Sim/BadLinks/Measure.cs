namespace KcpTun.Sim.BadLinks;

/// <summary>One of a link's figures, as a sweep shows it.</summary>
/// <param name="Name">With its unit.</param>
/// <param name="Decimals">Digits behind the point.</param>
/// <param name="IsMoreBetter">Else less is.</param>
/// <param name="Read">The value in the unit of the name.</param>
internal sealed record Measure(string Name, int Decimals, bool IsMoreBetter, Func<LinkFigures, double> Read)
{
    public static Measure P95 { get; } = new("p95, ms", 0, false, figures => figures.P95);

    public static Measure P99 { get; } = new("p99, ms", 0, false, figures => figures.P99);

    public static Measure Goodput { get; } = new("MB/s", 2, true, figures => figures.Goodput);

    public static Measure Wire { get; } = new("wire", 2, false, figures => figures.Wire);

    public static Measure Needless { get; } = new("needless, %", 2, false, figures => (figures.Needless ?? 0) * 100);

    public static Measure Queue { get; } = new("queue, ms", 0, false, figures => figures.QueueP95);

    public static Measure LeastShare { get; } = new("lesser share, %", 0, true, figures => figures.LeastShare * 100);

    /// <summary>How many times as good as another value this one is; 1 where both are nothing.</summary>
    public double Gain(double value, double other)
    {
        double gain = IsMoreBetter ? value / other : other / value;
        return double.IsNaN(gain) ? 1 : gain;
    }
}
