using System.Globalization;

namespace KcpTun.Settings;

/// <summary>How reading a number went.</summary>
internal enum NumberResult
{
    Ok,

    /// <summary>Not an integer literal.</summary>
    Malformed,

    /// <summary>An integer literal beyond 64 bits.</summary>
    OutOfRange,
}

/// <summary>Go's literals on a command line (OPTIONS §1).</summary>
internal static class GoLiterals
{
    /// <summary>
    /// Reads decimal, 0x, 0o, 0b and leading-zero octal with an optional sign; single underscores may separate digits
    /// when the literal has a base prefix or is decimal.
    /// </summary>
    public static NumberResult TryParseInteger(string text, out long value)
    {
        value = 0;
        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> digits = negative || text.StartsWith('+') ? text.AsSpan(1) : text;
        int radix = TakeRadix(ref digits, out bool hasPrefix);
        if (!AreUnderscoresLegal(digits, hasPrefix))
            return NumberResult.Malformed;
        UInt128 magnitude = 0;
        bool overflows = false;
        int count = 0;
        foreach (char c in digits)
        {
            if (c == '_')
                continue;
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
                return NumberResult.Malformed;
            magnitude = overflows ? 0 : (magnitude * (uint)radix) + (uint)digit;
            overflows |= magnitude > (UInt128)long.MaxValue + 1;
            count++;
        }

        if (count == 0)
            return NumberResult.Malformed;
        UInt128 limit = (UInt128)long.MaxValue + (negative ? 1u : 0u);
        if (overflows || magnitude > limit)
            return NumberResult.OutOfRange;
        value = negative ? (long)-(Int128)magnitude : (long)magnitude;
        return NumberResult.Ok;
    }

    /// <summary>The spellings of true and false that Go takes, and no others.</summary>
    public static bool TryParseBoolean(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    /// <summary>True when a leading zero makes a number octal, so that it is not what it seems.</summary>
    public static bool IsDeceptiveOctal(string text, long value)
    {
        string digits = text.TrimStart('+', '-');
        return digits.Length > 1
            && digits[0] == '0'
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long plain)
            && plain != value;
    }

    private static int TakeRadix(ref ReadOnlySpan<char> digits, out bool hasPrefix)
    {
        hasPrefix = digits.Length > 1 && digits[0] == '0';
        if (!hasPrefix)
            return 10;
        int radix = char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
        if (radix != 0)
        {
            digits = digits[2..];
            return radix;
        }

        // The zero is the prefix; what follows it may begin with an underscore.
        digits = digits[1..];
        return 8;
    }

    private static bool AreUnderscoresLegal(ReadOnlySpan<char> digits, bool hasPrefix)
    {
        bool afterDigit = hasPrefix;
        foreach (char c in digits)
        {
            if (c == '_' && !afterDigit)
                return false;
            afterDigit = c != '_';
        }

        return afterDigit;
    }
}
