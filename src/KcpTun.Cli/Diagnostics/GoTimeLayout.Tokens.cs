using System.Globalization;

namespace KcpTun.Cli.Diagnostics;

internal static partial class GoTimeLayout
{
    /// <summary>Longer tokens stand before their own beginnings.</summary>
    private static readonly (string Token, Func<DateTimeOffset, string> Value)[] s_tokens =
    [
        ("January", time => time.ToString("MMMM", CultureInfo.InvariantCulture)),
        ("Jan", time => time.ToString("MMM", CultureInfo.InvariantCulture)),
        ("Monday", time => time.ToString("dddd", CultureInfo.InvariantCulture)),
        ("Mon", time => time.ToString("ddd", CultureInfo.InvariantCulture)),
        ("MST", ZoneName),
        ("002", time => Digits(time.DayOfYear, 3)),
        ("01", time => Digits(time.Month, 2)),
        ("02", time => Digits(time.Day, 2)),
        ("03", time => Digits(Hour12(time), 2)),
        ("04", time => Digits(time.Minute, 2)),
        ("05", time => Digits(time.Second, 2)),
        ("06", time => Digits(time.Year % 100, 2)),
        ("15", time => Digits(time.Hour, 2)),
        ("1", time => Digits(time.Month, 1)),
        ("2006", time => Digits(time.Year, 4)),
        ("2", time => Digits(time.Day, 1)),
        ("__2", time => Digits(time.DayOfYear, 1).PadLeft(3)),
        ("_2", time => Digits(time.Day, 1).PadLeft(2)),
        ("3", time => Digits(Hour12(time), 1)),
        ("4", time => Digits(time.Minute, 1)),
        ("5", time => Digits(time.Second, 1)),
        ("PM", time => time.Hour < 12 ? "AM" : "PM"),
        ("pm", time => time.Hour < 12 ? "am" : "pm"),
        ("-070000", time => Offset(time, "", parts: 3)),
        ("-07:00:00", time => Offset(time, ":", parts: 3)),
        ("-0700", time => Offset(time, "", parts: 2)),
        ("-07:00", time => Offset(time, ":", parts: 2)),
        ("-07", time => Offset(time, "", parts: 1)),
        ("Z070000", time => Zulu(time, "", parts: 3)),
        ("Z07:00:00", time => Zulu(time, ":", parts: 3)),
        ("Z0700", time => Zulu(time, "", parts: 2)),
        ("Z07:00", time => Zulu(time, ":", parts: 2)),
        ("Z07", time => Zulu(time, "", parts: 1)),
    ];

    private static int Hour12(DateTimeOffset time) => time.Hour % 12 == 0 ? 12 : time.Hour % 12;

    private static string Digits(int value, int width) =>
        value.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');

    private static string Offset(DateTimeOffset time, string separator, int parts)
    {
        TimeSpan offset = time.Offset.Duration();
        string[] all = [Digits(offset.Hours, 2), Digits(offset.Minutes, 2), Digits(offset.Seconds, 2)];
        string sign = time.Offset < TimeSpan.Zero ? "-" : "+";
        return sign + string.Join(separator, all.Take(parts));
    }

    private static string Zulu(DateTimeOffset time, string separator, int parts) =>
        time.Offset == TimeSpan.Zero ? "Z" : Offset(time, separator, parts);

    // The base library knows no abbreviations; Go, too, prints the offset for zones that have none.
    private static string ZoneName(DateTimeOffset time) =>
        time.Offset == TimeSpan.Zero ? "UTC" : Offset(time, "", time.Offset.Minutes == 0 ? 1 : 2);
}
