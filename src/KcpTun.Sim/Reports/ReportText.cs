using System.Globalization;

namespace KcpTun.Sim.Reports;

/// <summary>Figures as people read them, the same in every culture.</summary>
internal static class ReportText
{
    public const string None = "\u2013";

    private const double Mega = 1_000_000;
    private const double Kilo = 1_000;

    /// <summary>Three significant digits, or all digits before the point.</summary>
    public static string Figure(double value) => Math.Abs(value) switch
    {
        double.NaN or double.PositiveInfinity => None,
        0 => "0",
        >= 99.95 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 0.9995 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A position in a drawing.</summary>
    public static string Pixels(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    public static string Seconds(long nanoseconds) => Figure(nanoseconds / 1e9);

    public static string Milliseconds(long nanoseconds) => Figure(nanoseconds / 1e6);

    public static string Bytes(double bytes) => Math.Abs(bytes) switch
    {
        >= Mega => $"{Figure(bytes / Mega)} MB",
        >= Kilo => $"{Figure(bytes / Kilo)} kB",
        _ => $"{Figure(bytes)} B",
    };

    /// <summary>The unit that suits rates up to <paramref name="max"/> bytes per second.</summary>
    public static (double Factor, string Unit) RateUnit(double max) =>
        max >= Mega ? (Mega, "MB/s") : max >= Kilo ? (Kilo, "kB/s") : (1, "B/s");
}
