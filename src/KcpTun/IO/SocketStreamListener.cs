using System.Net;
using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>
/// A listening TCP or Unix socket. The base library sets SO_REUSEADDR on Unix, so that a restart need not wait for
/// the old connections, and removes the file of a Unix socket when it is closed.
/// </summary>
public sealed class SocketStreamListener : IStreamListener
{
    private readonly Socket _socket;

    private SocketStreamListener(Socket socket, string localName)
    {
        _socket = socket;
        LocalName = localName;
    }

    public string LocalName { get; }

    /// <summary>
    /// Listens on a TCP address or a path. As in Go an unspecified address, IPv4's too, means all interfaces of both
    /// families, and of several addresses of a name IPv4's is taken.
    /// </summary>
    /// <exception cref="SocketException">The name does not resolve or the address cannot be bound.</exception>
    public static SocketStreamListener Open(StreamEndPoint endPoint)
    {
        if (endPoint.IsUnixSocket)
        {
            UnixDomainSocketEndPoint path = UnixPath.ToEndPoint(endPoint.Host);
            return Open(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), path);
        }

        IPAddress address = endPoint.Host.Length == 0 ? IPAddress.IPv6Any : HostNames.Resolve(endPoint.Host)[0];
        bool isWildcard = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        return isWildcard ? OpenWildcard(endPoint.Port) : OpenTcp(address, endPoint.Port, isDualStack: false);
    }

    public async ValueTask<IStreamConnection> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            return new SocketStreamConnection(await _socket.AcceptAsync(cancellation));
        }
        finally
        {
            // This may be the thread that polls all sockets; whoever waits may log what has come of it and block.
            await Task.Yield();
        }
    }

    public void Dispose() => _socket.Dispose();

    private static SocketStreamListener OpenWildcard(int port)
    {
        try
        {
            return OpenTcp(IPAddress.IPv6Any, port, isDualStack: true);
        }
        catch (SocketException e) when (DatagramSocket.IsFamilyMissing(e))
        {
            return OpenTcp(IPAddress.Any, port, isDualStack: false);
        }
    }

    private static SocketStreamListener OpenTcp(IPAddress address, int port, bool isDualStack)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (isDualStack)
            socket.DualMode = true;
        return Open(socket, new IPEndPoint(address, port));
    }

    private static SocketStreamListener Open(Socket socket, EndPoint local)
    {
        try
        {
            socket.Bind(local);
            socket.Listen();
            return new SocketStreamListener(socket, StreamNames.Of(socket.LocalEndPoint));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
