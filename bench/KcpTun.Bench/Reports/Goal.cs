using System.Globalization;

namespace KcpTun.Bench.Reports;

/// <summary>How a figure is held against a limit.</summary>
internal enum Comparison
{
    AtLeast,
    AtMost,
    Below,
}

/// <summary>What a figure is to be.</summary>
/// <param name="Comparison">On which side of the limit it is to be.</param>
/// <param name="Limit">The limit.</param>
/// <param name="IsRatio">Whether it is the ratio to Go against itself that counts, or the figure as it is.</param>
internal sealed record Goal(Comparison Comparison, double Limit, bool IsRatio)
{
    /// <summary>At least so many times what Go has.</summary>
    public static Goal TimesAtLeast(double limit) => new(Comparison.AtLeast, limit, IsRatio: true);

    /// <summary>At most so many times what Go has.</summary>
    public static Goal TimesAtMost(double limit) => new(Comparison.AtMost, limit, IsRatio: true);

    public static Goal AtLeast(double limit) => new(Comparison.AtLeast, limit, IsRatio: false);

    public static Goal AtMost(double limit) => new(Comparison.AtMost, limit, IsRatio: false);

    public static Goal Below(double limit) => new(Comparison.Below, limit, IsRatio: false);

    public bool IsMetBy(double value) => Comparison switch
    {
        Comparison.AtLeast => value >= Limit,
        Comparison.AtMost => value <= Limit,
        _ => value < Limit,
    };

    /// <summary>How far the goal is reached: 1 exactly, 2 twice as good, 0.5 half as good.</summary>
    public double Attainment(double value) => Comparison == Comparison.AtLeast ? value / Limit : Limit / value;

    public override string ToString()
    {
        string sign = Comparison switch
        {
            Comparison.AtLeast => "≥",
            Comparison.AtMost => "≤",
            _ => "<",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{sign} {Limit}{(IsRatio ? "×" : "")}");
    }
}
