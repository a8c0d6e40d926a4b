using System.Globalization;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>Quantities for people to read.</summary>
internal static class Text
{
    public static string Duration(long nanoseconds) => nanoseconds switch
    {
        >= SimTime.Second => Number(nanoseconds / (decimal)SimTime.Second, "s"),
        >= SimTime.Millisecond or 0 => Number(nanoseconds / (decimal)SimTime.Millisecond, "ms"),
        _ => Number(nanoseconds / (decimal)SimTime.Microsecond, "us"),
    };

    public static string Rate(long bitsPerSecond) => bitsPerSecond switch
    {
        >= 1_000_000_000 => Number(bitsPerSecond / 1_000_000_000m, "Gbit/s"),
        >= 1_000_000 => Number(bitsPerSecond / 1_000_000m, "Mbit/s"),
        >= 1_000 => Number(bitsPerSecond / 1_000m, "kbit/s"),
        _ => Number(bitsPerSecond, "bit/s"),
    };

    public static string Size(long bytes) => bytes switch
    {
        >= 1 << 20 => Number(bytes / (decimal)(1 << 20), "MiB"),
        >= 1 << 10 => Number(bytes / (decimal)(1 << 10), "KiB"),
        _ => Number(bytes, "B"),
    };

    public static string Percent(Probability probability) =>
        Number((decimal)probability.Threshold / 18446744073709551616m * 100, "%");

    private static string Number(decimal number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{decimal.Round(number, 3):0.###} {unit}");
}
