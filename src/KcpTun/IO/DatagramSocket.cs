using System.Net;
using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>Opens the UDP sockets of both kinds of channel.</summary>
internal static class DatagramSocket
{
    // SIO_UDP_CONNRESET: without it one unreachable client makes a Windows server's next receive fail.
    private const int WindowsReportPortUnreachable = -1744830452;

    /// <summary>A bound, non-blocking, unconnected socket with its settings applied.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static Socket Open(IPEndPoint local, DatagramSocketOptions options)
    {
        Socket socket = Bind(local);
        socket.Blocking = false;
        if (OperatingSystem.IsWindows())
            socket.IOControl(WindowsReportPortUnreachable, new byte[sizeof(int)], null);
        SocketBuffers.Apply(socket, options.BufferBytes, options.OnWarning);
        TrafficClass.Apply(socket, options.Dscp, options.OnWarning);
        return socket;
    }

    private static Socket Bind(IPEndPoint local)
    {
        if (!local.Address.Equals(IPAddress.IPv6Any))
            return BindTo(local, isDualStack: false);
        try
        {
            return BindTo(local, isDualStack: true);
        }
        catch (SocketException e) when (IsFamilyMissing(e))
        {
            return BindTo(new IPEndPoint(IPAddress.Any, local.Port), isDualStack: false);
        }
    }

    private static Socket BindTo(IPEndPoint local, bool isDualStack)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (isDualStack)
                socket.DualMode = true;
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
