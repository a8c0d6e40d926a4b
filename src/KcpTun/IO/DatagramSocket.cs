using System.Net;
using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>Opens the UDP sockets of both kinds of channel.</summary>
internal static class DatagramSocket
{
    // SIO_UDP_CONNRESET: without it one unreachable client makes a Windows server's next receive fail.
    private const int WindowsReportPortUnreachable = -1744830452;

    // SOL_SOCKET and SO_REUSEPORT; the base library has no name for the latter.
    private const int LinuxSocketLevel = 1;
    private const int LinuxReusePort = 15;

    /// <summary>A bound, non-blocking, unconnected socket with its settings applied.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static Socket Open(IPEndPoint local, DatagramSocketOptions options)
    {
        Socket socket = Bind(local, options.SharesPort);
        socket.Blocking = false;
        if (OperatingSystem.IsWindows())
            socket.IOControl(WindowsReportPortUnreachable, new byte[sizeof(int)], null);
        SocketBuffers.Apply(socket, options.BufferBytes, options.OnWarning);
        TrafficClass.Apply(socket, options.Dscp, options.OnWarning);
        return socket;
    }

    /// <summary>
    /// The address with its port, bound alone for a moment. Sockets that share a port would share it with those of
    /// another process as well, which would take half of our peers without a word.
    /// </summary>
    /// <exception cref="SocketException">The address cannot be bound, or is in use.</exception>
    public static IPEndPoint Probe(IPEndPoint local)
    {
        using Socket socket = Bind(local, sharesPort: false);
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static Socket Bind(IPEndPoint local, bool sharesPort)
    {
        if (!local.Address.Equals(IPAddress.IPv6Any))
            return BindTo(local, isDualStack: false, sharesPort);
        try
        {
            return BindTo(local, isDualStack: true, sharesPort);
        }
        catch (SocketException e) when (IsFamilyMissing(e))
        {
            return BindTo(new IPEndPoint(IPAddress.Any, local.Port), isDualStack: false, sharesPort);
        }
    }

    private static Socket BindTo(IPEndPoint local, bool isDualStack, bool sharesPort)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (isDualStack)
                socket.DualMode = true;
            if (sharesPort)
                socket.SetRawOption(LinuxSocketLevel, LinuxReusePort, 1);
            socket.Bind(local);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>IPv6 is not compiled in, or switched off.</summary>
    internal static bool IsFamilyMissing(SocketException e) =>
        e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable
            or SocketError.ProtocolFamilyNotSupported;
}
