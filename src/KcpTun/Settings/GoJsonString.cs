using System.Buffers;
using System.Globalization;
using System.Text;

namespace KcpTun.Settings;

/// <summary>
/// The text of a JSON string as Go decodes it: bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD.
/// The base library throws on both, and a key has to derive the same bytes as in Go.
/// </summary>
internal static class GoJsonString
{
    /// <param name="raw">What stands between the quotes of a string that a JSON reader has accepted.</param>
    public static string Decode(ReadOnlySpan<byte> raw)
    {
        StringBuilder text = new(raw.Length);
        while (!raw.IsEmpty)
        {
            if (raw[0] == '\\')
            {
                raw = raw[AppendEscape(text, raw)..];
                continue;
            }

            bool valid = Rune.DecodeFromUtf8(raw, out Rune rune, out int consumed) == OperationStatus.Done;
            text.Append(rune);
            raw = raw[(valid ? consumed : 1)..];
        }

        return text.ToString();
    }

    private static int AppendEscape(StringBuilder text, ReadOnlySpan<byte> raw)
    {
        const int UnicodeLength = 6;
        if (raw[1] != 'u')
        {
            text.Append(Simple((char)raw[1]));
            return 2;
        }

        char first = CodeUnit(raw);
        bool pairs = char.IsHighSurrogate(first) && raw.Length >= 2 * UnicodeLength && raw[6] == '\\' && raw[7] == 'u';
        if (pairs && char.IsLowSurrogate(CodeUnit(raw[UnicodeLength..])))
        {
            text.Append(first).Append(CodeUnit(raw[UnicodeLength..]));
            return 2 * UnicodeLength;
        }

        text.Append(char.IsSurrogate(first) ? '\uFFFD' : first);
        return UnicodeLength;
    }

    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static char Simple(char escaped) => escaped switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => escaped,
    };
}
