using System.Net;
using System.Net.Sockets;
using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>Addresses of local connections as Go prints them.</summary>
internal static class StreamNames
{
    private const string Unnamed = "@";

    /// <summary>IPv4 peers of a dual-stack socket appear as IPv4; a Unix socket without a path as <c>@</c>.</summary>
    public static string Of(EndPoint? endPoint)
    {
        if (endPoint is IPEndPoint ip)
            return PeerAddress.From(ip).ToString();
        string? path = endPoint?.ToString();
        return string.IsNullOrEmpty(path) ? Unnamed : path;
    }

    /// <summary>The name of a connection's other end, which may be gone by now.</summary>
    public static string Remote(Socket socket, EndPoint? known)
    {
        try
        {
            return Of(known ?? socket.RemoteEndPoint);
        }
        catch (SocketException)
        {
            return Unnamed;
        }
    }
}
