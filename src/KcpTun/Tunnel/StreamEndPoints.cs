using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KcpTun.IO;

namespace KcpTun.Tunnel;

/// <summary>
/// Reads <c>localaddr</c> and <c>target</c>: host:port is TCP, anything else the path of a Unix socket (OPTIONS §2).
/// </summary>
public static class StreamEndPoints
{
    private const int MaxPort = 65535;

    /// <summary>Reads an option that has been validated before.</summary>
    /// <exception cref="FormatException">The text is neither; the message says what would be right.</exception>
    public static StreamEndPoint Parse(string text) =>
        TryParse(text, out StreamEndPoint endPoint, out string? remark)
            ? endPoint
            : throw new FormatException($"{text}: {remark}");

    /// <param name="text">The option's value.</param>
    /// <param name="endPoint">The end point, when true is returned. An empty port is 0: any free one.</param>
    /// <param name="remark">
    /// With false what is wrong and what would be right; with true null, or why the reading may surprise.
    /// </param>
    public static bool TryParse(string text, out StreamEndPoint endPoint, out string? remark)
    {
        endPoint = default;
        if (text.Length == 0)
        {
            remark = "is empty; write host:port or the path of a Unix socket";
            return false;
        }

        // No host contains a slash. Go fails on a path with a colon in it; there is nothing else it could mean.
        if (text.AsSpan().ContainsAny('/', '\\'))
        {
            remark = null;
            endPoint = new StreamEndPoint(text, -1);
            return true;
        }

        if (!TrySplit(text, out string? host, out string? port))
        {
            remark = text[0] == '@' ? null : UnixPathRemark(text);
            endPoint = new StreamEndPoint(text, -1);
            return true;
        }

        if (!TryReadPort(port, out int number, out remark))
            return false;
        endPoint = new StreamEndPoint(host, number);
        return true;
    }

    private static bool TrySplit(
        string text, [NotNullWhen(true)] out string? host, [NotNullWhen(true)] out string? port)
    {
        host = null;
        port = null;
        int colon = text.LastIndexOf(':');
        if (colon < 0)
            return false;
        string head = text[..colon];
        string tail = text[(colon + 1)..];
        if (head.StartsWith('[') && head.EndsWith(']'))
            head = head[1..^1];
        else if (head.Contains(':', StringComparison.Ordinal))
            return false;
        if (head.AsSpan().ContainsAny('[', ']') || tail.AsSpan().ContainsAny('[', ']'))
            return false;
        host = head;
        port = tail;
        return true;
    }

    private static bool TryReadPort(string text, out int port, out string? remark)
    {
        port = 0;
        remark = null;
        if (text.Length == 0)
            return true;
        const NumberStyles Signed = NumberStyles.AllowLeadingSign;
        bool isNumber = long.TryParse(text, Signed, CultureInfo.InvariantCulture, out long number);
        if (!isNumber)
            remark = $"unknown port \"{text}\"; write it as a number, 0..65535";
        else if (number is < 0 or > MaxPort)
            remark = $"port {text} is out of range; ports are 0..65535";
        port = remark is null ? (int)number : 0;
        return remark is null;
    }

    private static string UnixPathRemark(string text)
    {
        const string Taken = "is not host:port, so it is taken as the path of a Unix socket";
        int colon = text.LastIndexOf(':');
        bool isIpv6 = IPAddress.TryParse(text, out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetworkV6
            && !text.StartsWith('[');
        return isIpv6 && colon >= 0
            ? $"{Taken}; an IPv6 address needs brackets and a port: [{text[..colon]}]:{text[(colon + 1)..]}"
            : Taken;
    }
}
