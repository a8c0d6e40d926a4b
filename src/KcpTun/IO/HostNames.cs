using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>Names and literals of hosts.</summary>
internal static class HostNames
{
    // Bytes of a DNS name in its presentation form.
    private const int LongestName = 253;

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

    /// <summary>A host's addresses, IPv4's first and otherwise in the resolver's order; never empty.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public static async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (TryParseLiteral(host, out IPAddress? literal))
            return [literal];
        if (host.Length > LongestName)
            throw NotFound(host);
        return PreferIPv4(host, await Dns.GetHostAddressesAsync(host, cancellation));
    }

    /// <inheritdoc cref="ResolveAsync"/>
    public static IPAddress[] Resolve(string host)
    {
        if (TryParseLiteral(host, out IPAddress? literal))
            return [literal];
        if (host.Length > LongestName)
            throw NotFound(host);
        return PreferIPv4(host, Dns.GetHostAddresses(host));
    }

    internal static IPAddress[] PreferIPv4(string host, IPAddress[] addresses)
    {
        if (addresses.Length == 0)
            throw NotFound(host);
        return [.. addresses.OrderBy(address => address.AddressFamily != AddressFamily.InterNetwork)];
    }

    private static SocketException NotFound(string host) =>
        new((int)SocketError.HostNotFound, $"lookup {host}: no such host");
}
