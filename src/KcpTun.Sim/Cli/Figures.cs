using System.Globalization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>Numbers as tables show them.</summary>
internal static class Figures
{
    /// <summary>What stands where there is no value.</summary>
    public const string None = "-";

    public static string Fixed(double? value, int decimals) =>
        value?.ToString($"F{decimals}", CultureInfo.InvariantCulture) ?? None;

    /// <summary><c>1.25 ±0.04</c>.</summary>
    public static string WithInterval(double? value, double? halfWidth, int decimals) =>
        value is null || halfWidth is null
            ? Fixed(value, decimals)
            : $"{Fixed(value, decimals)} ±{Fixed(halfWidth, decimals)}";

    /// <summary><c>+1.25 ±0.04</c>, with a star if the interval does not hold zero.</summary>
    public static string Change(Estimate? estimate, double scale, int decimals)
    {
        if (estimate is not { } known)
            return None;
        string sign = known.Mean > 0 ? "+" : "";
        string text = WithInterval(known.Mean * scale, known.HalfWidth * scale, decimals);
        return $"{sign}{text}{(known.ExcludesZero ? " *" : "")}";
    }

    /// <summary>What a metric's value is multiplied with to be shown in <see cref="UnitOf"/>.</summary>
    public static double ScaleOf(Metric metric) => metric.Unit switch
    {
        MetricUnit.Rate => 1e-6,
        MetricUnit.Time => 1.0 / SimTime.Millisecond,
        MetricUnit.Size => 1.0 / (1 << 20),
        MetricUnit.Share => 100,
        _ => 1,
    };

    public static string UnitOf(Metric metric) => metric.Unit switch
    {
        MetricUnit.Rate => "MB/s",
        MetricUnit.Time => "ms",
        MetricUnit.Size => "MiB",
        MetricUnit.Share => "%",
        _ => "",
    };

    /// <summary>A value with its unit, as in <c>12.50 ms</c>.</summary>
    public static string Of(Metric metric, double? value) =>
        value is null ? None : $"{Fixed(value * ScaleOf(metric), 2)} {UnitOf(metric)}".TrimEnd();

    public static double? Seconds(double? nanoseconds) => nanoseconds / SimTime.Second;

    public static double? Milliseconds(double? nanoseconds) => nanoseconds / SimTime.Millisecond;
}
