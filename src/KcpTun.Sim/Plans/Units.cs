using System.Globalization;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Plans;

/// <summary>
/// Quantities as people type them. Exact: a decimal number and a unit, never rounded through binary fractions.
/// Every method returns false for what it does not understand, for negative values and for what overflows.
/// </summary>
public static class Units
{
    private static readonly (string Suffix, decimal Nanoseconds)[] s_durations =
    [
        ("ns", 1), ("us", SimTime.Microsecond), ("ms", SimTime.Millisecond), ("s", SimTime.Second),
        ("m", 60m * SimTime.Second), ("h", 3600m * SimTime.Second),
    ];

    private static readonly (string Suffix, decimal Bytes)[] s_sizes =
    [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("kB", 1_000), ("B", 1),
    ];

    private static readonly (string Suffix, decimal BitsPerSecond)[] s_rates =
    [
        ("gbit", 1_000_000_000), ("mbit", 1_000_000), ("kbit", 1_000), ("bit", 1),
        ("GBps", 8_000_000_000), ("MBps", 8_000_000), ("KBps", 8_000),
    ];

    /// <summary>A time such as <c>80ms</c>, <c>1.5s</c>, <c>200us</c>, <c>2m</c>.</summary>
    /// <param name="bareUnit">What a number without a unit counts, ns; 0 refuses one.</param>
    /// <param name="nanoseconds">The time, ns.</param>
    public static bool TryDuration(string text, long bareUnit, out long nanoseconds) =>
        TryParse(text, s_durations, bareUnit, out nanoseconds);

    /// <summary>A size such as <c>8MiB</c>, <c>64B</c>, <c>32KB</c>; a bare number is bytes.</summary>
    public static bool TrySize(string text, out long bytes) => TryParse(text, s_sizes, 1, out bytes);

    /// <summary>A rate such as <c>20mbit</c>, <c>1.5gbit</c>, <c>2MBps</c>; the unit is required.</summary>
    public static bool TryRate(string text, out long bitsPerSecond) => TryParse(text, s_rates, 0, out bitsPerSecond);

    /// <summary>A percentage from 0 to 100, with or without its sign.</summary>
    public static bool TryPercent(string text, out Probability probability)
    {
        probability = default;
        string number = text.EndsWith('%') ? text[..^1] : text;
        if (!TryNumber(number, out decimal percent) || percent > 100)
            return false;
        probability = Probability.FromPercent(percent);
        return true;
    }

    /// <summary>A decimal number that is not negative.</summary>
    public static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static bool TryParse(
        string text, (string Suffix, decimal Factor)[] units, decimal bareUnit, out long result)
    {
        result = 0;
        int end = text.Length;
        while (end > 0 && char.IsAsciiLetter(text[end - 1]))
            end--;
        string suffix = text[end..];
        decimal factor = suffix.Length == 0 ? bareUnit : 0;
        foreach ((string name, decimal value) in units)
        {
            if (name == suffix)
                factor = value;
        }

        if (factor == 0 || !TryNumber(text[..end], out decimal number) || number > long.MaxValue / factor)
            return false;
        result = (long)decimal.Round(number * factor);
        return true;
    }
}
