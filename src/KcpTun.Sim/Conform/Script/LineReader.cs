using System.Globalization;

namespace KcpTun.Sim.Conform.Script;

/// <summary>Reads one line of a script from left to right; every complaint names file, line and column.</summary>
internal sealed class LineReader(string file, int line, string text)
{
    private int _position;

    public int Line => line;

    /// <summary>The whole line without what is around it.</summary>
    public string Text => text.Trim();

    /// <summary>Nothing but space, or a remark, is left.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _position == text.Length || text[_position] == '#';
        }
    }

    /// <summary>The next character that is no space; 0 at the end.</summary>
    public char Peek => IsAtEnd ? '\0' : text[_position];

    /// <summary>Column of the next character that is no space, from 1.</summary>
    public int Column
    {
        get
        {
            SkipSpace();
            return _position + 1;
        }
    }

    /// <summary>The complaint, at the next character.</summary>
    public ScriptException Error(string message) => Error(Column, message);

    public ScriptException Error(int column, string message) => new(file, line, column, message);

    /// <summary>Passes over <paramref name="mark"/> if it comes next.</summary>
    public bool TryTake(string mark)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, _position, mark, 0, mark.Length) != 0)
            return false;
        bool isWord = char.IsAsciiLetterOrDigit(mark[^1]);
        int end = _position + mark.Length;
        if (isWord && end < text.Length && IsWordCharacter(text[end]))
            return false;
        _position = end;
        return true;
    }

    /// <summary>Whether <paramref name="mark"/> comes next.</summary>
    public bool IsNext(string mark)
    {
        int before = _position;
        bool isNext = TryTake(mark);
        _position = before;
        return isNext;
    }

    public void Take(string mark)
    {
        if (!TryTake(mark))
            throw Error($"expected '{mark}'");
    }

    /// <summary>Letters, digits, hyphens and underscores.</summary>
    /// <param name="what">What it is, for the complaint.</param>
    public string Word(string what)
    {
        SkipSpace();
        int start = _position;
        while (_position < text.Length && IsWordCharacter(text[_position]))
            _position++;
        return _position > start ? text[start.._position] : throw Error($"expected {what}");
    }

    /// <summary>The name behind a <c>$</c>.</summary>
    public string Variable()
    {
        Take("$");
        return Word("the name of a variable");
    }

    /// <summary>Everything up to the next space.</summary>
    public string Token(string what)
    {
        SkipSpace();
        int start = _position;
        while (_position < text.Length && !char.IsWhiteSpace(text[_position]))
            _position++;
        return _position > start ? text[start.._position] : throw Error($"expected {what}");
    }

    /// <summary>Everything up to the end of the line, remark included.</summary>
    public string Rest()
    {
        SkipSpace();
        string rest = text[_position..].TrimEnd();
        _position = text.Length;
        return rest;
    }

    /// <summary>Everything up to <paramref name="mark"/> or the end of the line, space and all.</summary>
    public string Until(char mark)
    {
        int end = text.IndexOf(mark, _position);
        string part = end < 0 ? text[_position..] : text[_position..end];
        _position += part.Length;
        return part;
    }

    /// <summary>A number of 0..2^32-1, decimal or hexadecimal.</summary>
    public long Number()
    {
        SkipSpace();
        bool isHex = string.CompareOrdinal(text, _position, "0x", 0, 2) == 0;
        int start = isHex ? _position + 2 : _position;
        int end = start;
        while (end < text.Length && (isHex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end])))
            end++;
        NumberStyles style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!long.TryParse(text.AsSpan(start, end - start), style, CultureInfo.InvariantCulture, out long number)
            || number is < 0 or > uint.MaxValue)
        {
            throw Error($"expected a number up to {uint.MaxValue}");
        }

        _position = end;
        return number;
    }

    /// <summary>A time such as <c>25</c>, <c>1.5s</c>, <c>200us</c>; ms without a unit.</summary>
    /// <returns>Microseconds.</returns>
    public long Duration()
    {
        SkipSpace();
        int end = _position;
        // A second dot belongs to "A..B".
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || IsDecimalPoint(end)))
            end++;
        if (!decimal.TryParse(
            text.AsSpan(_position, end - _position), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out decimal number) || number > int.MaxValue)
        {
            throw Error("expected a duration such as 25, 1.5s or 200us");
        }

        _position = end;
        return (long)(number * Unit());
    }

    /// <summary>Text in quotation marks, with <c>\n</c>, <c>\"</c>, <c>\\</c> and <c>\x00</c>.</summary>
    public byte[] Quoted()
    {
        Take("\"");
        List<byte> bytes = [];
        while (_position < text.Length && text[_position] != '"')
        {
            char c = text[_position++];
            bytes.AddRange(c == '\\' ? [Escaped()] : System.Text.Encoding.UTF8.GetBytes([c]));
        }

        return TryTake("\"") ? [.. bytes] : throw Error("expected the closing quotation mark");
    }

    /// <summary>Hexadecimal digits, two for each byte.</summary>
    public byte[] Hex()
    {
        int start = _position;
        while (_position < text.Length && char.IsAsciiHexDigit(text[_position]))
            _position++;
        if ((_position - start) % 2 != 0)
            throw Error("expected an even number of hexadecimal digits");
        return Convert.FromHexString(text.AsSpan(start, _position - start));
    }

    /// <summary>Complains unless the line ends here.</summary>
    public void End()
    {
        if (!IsAtEnd)
            throw Error($"did not expect '{Rest()}'");
    }

    private static bool IsWordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private bool IsDecimalPoint(int at) =>
        text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]) && (at == 0 || text[at - 1] != '.');

    private decimal Unit()
    {
        if (TryTake("us"))
            return 1;
        if (TryTake("ms"))
            return 1000;
        return TryTake("s") ? 1_000_000 : 1000;
    }

    private byte Escaped()
    {
        char c = _position < text.Length ? text[_position++] : '\0';
        if (c != 'x')
        {
            return c switch
            {
                'n' => (byte)'\n',
                'r' => (byte)'\r',
                '"' or '\\' => (byte)c,
                _ => throw Error("expected \\n, \\r, \\\", \\\\ or \\x and two hexadecimal digits"),
            };
        }

        const NumberStyles hex = NumberStyles.AllowHexSpecifier;
        ReadOnlySpan<char> digits = text.AsSpan(_position, Math.Min(2, text.Length - _position));
        if (digits.Length < 2 || !byte.TryParse(digits, hex, CultureInfo.InvariantCulture, out byte value))
            throw Error("expected two hexadecimal digits");
        _position += digits.Length;
        return value;
    }

    private void SkipSpace()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            _position++;
    }
}
