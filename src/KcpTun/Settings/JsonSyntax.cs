using System.Globalization;
using System.Text;

namespace KcpTun.Settings;

/// <summary>Says where and why a text is not JSON, for people who have written it by hand.</summary>
internal static class JsonSyntax
{
    /// <summary>Line and column of a byte, both from 1; a column is one character.</summary>
    public static string Position(ReadOnlySpan<byte> json, int offset)
    {
        ReadOnlySpan<byte> before = json[..Math.Min(offset, json.Length)];
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}");
    }

    /// <summary>Offset of a byte that the reader gives as line and place in the line, both from 0.</summary>
    public static int Offset(ReadOnlySpan<byte> json, long line, long byteInLine)
    {
        int start = 0;
        for (long i = 0; i < line; i++)
        {
            int feed = json[start..].IndexOf((byte)'\n');
            if (feed < 0)
                break;
            start += feed + 1;
        }

        return (int)Math.Min(start + byteInLine, json.Length);
    }

    /// <summary>What is wrong at <paramref name="offset"/>, and the usual reason for it.</summary>
    public static string Explain(ReadOnlySpan<byte> json, int offset)
    {
        if (json.TrimStart(" \t\r\n"u8).IsEmpty)
            return "the file is empty; write at least {}";
        if (offset >= json.Length)
            return "unexpected end of file; a quote, brace or bracket is not closed";
        char found = (char)json[offset];
        ReadOnlySpan<byte> before = json[..offset].TrimEnd(" \t\r\n"u8);
        string reason = (found, Last(before)) switch
        {
            ('}' or ']', ',') => "; there is no comma after the last entry",
            ('/' or '#', _) => "; JSON has no comments",
            ('\'' or '`', _) => "; texts and keys stand in \" quotes",
            ('\u00EF', _) when offset == 0 => "; save the file as UTF-8 without byte order mark",
            ('\u00FE' or '\u00FF' or '\0', _) when offset <= 1 => "; save the file as UTF-8",
            ( < ' ', _) => "; a text ends on the line it begins on and contains no tab: write \\n or \\t",
            ('"', _) => "; a comma or colon is missing before it",
            (_, '0') when char.IsAsciiDigit(found) => "; numbers have no leading zeros",
            (_, '{' or ',') => "; keys stand in \" quotes",
            _ => "",
        };
        return $"invalid character {Show(found)}{reason}";
    }

    private static char Last(ReadOnlySpan<byte> text) => text.IsEmpty ? '\0' : (char)text[^1];

    private static string Show(char c) =>
        c is > ' ' and < '\u007F' ? $"'{c}'" : $"0x{(int)c:X2}";
}
