using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KcpTun.Tunnel;

/// <summary>
/// A UDP address with one port or a range of them: <c>host:29900</c>, <c>:29900-29999</c>, <c>[2001:db8::1]:29900</c>
/// (PROTOCOL i.2).
/// </summary>
/// <param name="Host">Name, or literal without brackets; empty is every interface (server) or this machine.</param>
/// <param name="MinPort">First port, 1..65535.</param>
/// <param name="MaxPort">Last port, <paramref name="MinPort"/>..65535.</param>
public readonly record struct MultiPortAddress(string Host, int MinPort, int MaxPort)
{
    private const int MaxPortDigits = 5;
    private const int MaxPortNumber = 65535;

    /// <summary>How many ports the range has, at least 1.</summary>
    public int PortCount => MaxPort - MinPort + 1;

    /// <summary>
    /// Reads <paramref name="text"/> as kcptun does: greedy host, colon, one to five digits, an optional hyphen, one to
    /// five optional digits; what follows them is ignored.
    /// </summary>
    /// <param name="text">The option's value.</param>
    /// <param name="address">The address, when true is returned.</param>
    /// <param name="remark">
    /// With false what is wrong and what would be right; with true null, or what was ignored on the way.
    /// </param>
    public static bool TryParse(string text, out MultiPortAddress address, out string? remark)
    {
        address = default;
        int colon = LastColonBeforeDigit(text);
        if (colon < 0 || IsBracketed(text))
        {
            remark = IsBracketed(text)
                ? $"malformed address: the port is missing; write {text}:29900"
                : "malformed address: write host:port or host:minport-maxport, such as 192.0.2.1:29900";
            return false;
        }

        int position = colon + 1;
        int min = ReadPort(text, ref position);
        if (position < text.Length && text[position] == '-')
            position++;
        int max = position < text.Length && char.IsAsciiDigit(text[position]) ? ReadPort(text, ref position) : min;
        if (min < 1 || max > MaxPortNumber || min > max)
        {
            remark = string.Create(
                CultureInfo.InvariantCulture,
                $"invalid port range specified: minport:{min} -> maxport {max}; ports are 1..65535, the lower first");
            return false;
        }

        if (!TryUnbracket(text[..colon], text[(colon + 1)..], out string? host, out remark))
            return false;
        if (position < text.Length)
            remark = $"\"{text[position..]}\" after the port is ignored";
        address = new MultiPortAddress(host, min, max);
        return true;
    }

    /// <summary>The address as it is written in an option.</summary>
    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return MinPort == MaxPort ? $"{host}:{MinPort}" : $"{host}:{MinPort}-{MaxPort}";
    }

    private static int LastColonBeforeDigit(string text)
    {
        for (int i = text.Length - 2; i >= 0; i--)
        {
            if (text[i] == ':' && char.IsAsciiDigit(text[i + 1]))
                return i;
        }

        return -1;
    }

    private static int ReadPort(string text, ref int position)
    {
        int port = 0;
        for (int end = Math.Min(position + MaxPortDigits, text.Length); position < end; position++)
        {
            if (!char.IsAsciiDigit(text[position]))
                break;
            port = (port * 10) + (text[position] - '0');
        }

        return port;
    }

    private static bool TryUnbracket(
        string text, string ports, [NotNullWhen(true)] out string? host, out string? remark)
    {
        host = null;
        remark = null;
        if (IsBracketed(text))
        {
            host = text[1..^1];
        }
        else if (text.StartsWith('[') || text.EndsWith(']'))
        {
            remark = "a bracket is missing; an IPv6 address is written [2001:db8::1]:29900";
        }
        else if (text.Contains(':', StringComparison.Ordinal))
        {
            remark = $"too many colons in address; an IPv6 address needs brackets: [{text}]:{ports}";
        }
        else
        {
            host = text;
        }

        return host is not null;
    }

    private static bool IsBracketed(string text) => text.StartsWith('[') && text.EndsWith(']');
}
