using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>Names and literals of hosts.</summary>
internal static class HostNames
{
    /// <summary>
    /// A complete literal only: the abbreviated forms the base library also takes (<c>127.1</c>, <c>1</c>) are names
    /// to Go.
    /// </summary>
    public static bool TryParseLiteral(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        bool isComplete = host.Contains(':', StringComparison.Ordinal) || host.AsSpan().Count('.') == 3;
        return isComplete && IPAddress.TryParse(host, out address);
    }

    /// <summary>The addresses with IPv4's first, otherwise in the resolver's order: Go's choice for one address.</summary>
    /// <exception cref="SocketException">There are none.</exception>
    public static IPAddress[] PreferIPv4(string host, IPAddress[] addresses)
    {
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound, $"lookup {host}: no such host");
        return [.. addresses.OrderBy(address => address.AddressFamily != AddressFamily.InterNetwork)];
    }
}
