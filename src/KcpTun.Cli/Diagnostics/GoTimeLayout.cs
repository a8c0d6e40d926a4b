using System.Globalization;
using System.Text;

namespace KcpTun.Cli.Diagnostics;

/// <summary>
/// Formats a time by Go's reference layout, <c>Mon Jan 2 15:04:05 MST 2006</c> (OPTIONS §4). Whatever looks like a
/// part of that reference is replaced, wherever it stands.
/// </summary>
internal static partial class GoTimeLayout
{
    private const int MaxFractionDigits = 9;

    /// <summary>The layout with every token replaced by its part of <paramref name="time"/>.</summary>
    public static string Format(DateTimeOffset time, string layout)
    {
        StringBuilder text = new();
        int position = 0;
        while (position < layout.Length)
        {
            ReadOnlySpan<char> rest = layout.AsSpan(position);
            int length = Fraction(time, rest, text);
            if (length == 0)
                length = Token(time, rest, text);
            if (length == 0)
            {
                text.Append(rest[0]);
                length = 1;
            }

            position += length;
        }

        return text.ToString();
    }

    private static int Token(DateTimeOffset time, ReadOnlySpan<char> rest, StringBuilder text)
    {
        foreach ((string token, Func<DateTimeOffset, string> value) in s_tokens)
        {
            if (!rest.StartsWith(token, StringComparison.Ordinal))
                continue;

            // A word goes on in lower case: "Janus" is no month. "_2006" is an underscore and a year.
            bool isName = token is "Jan" or "Mon";
            if (isName && rest.Length > token.Length && char.IsAsciiLetterLower(rest[token.Length]))
                continue;
            if (token == "_2" && rest.StartsWith("_2006", StringComparison.Ordinal))
                continue;
            text.Append(value(time));
            return token.Length;
        }

        return 0;
    }

    /// <summary>A point or comma, then zeros (fixed digits) or nines (trailing zeros cut), then no digit.</summary>
    private static int Fraction(DateTimeOffset time, ReadOnlySpan<char> rest, StringBuilder text)
    {
        if (rest.Length < 2 || rest[0] is not ('.' or ',') || rest[1] is not ('0' or '9'))
            return 0;
        int end = 1;
        while (end < rest.Length && rest[end] == rest[1])
            end++;
        if (end < rest.Length && char.IsAsciiDigit(rest[end]))
            return 0;
        long nanoseconds = time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick;
        string digits = nanoseconds.ToString("D9", CultureInfo.InvariantCulture);
        digits = digits[..Math.Min(end - 1, MaxFractionDigits)];
        if (rest[1] == '9')
            digits = digits.TrimEnd('0');
        if (digits.Length > 0)
            text.Append(rest[0]).Append(digits);
        return end;
    }
}
