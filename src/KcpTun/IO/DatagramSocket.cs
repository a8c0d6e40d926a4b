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
    public static Socket Open(IPEndPoint local, DatagramSocketOptions options) => OpenShared(local, options, 1)[0];

    /// <summary>
    /// Sockets that share an address (Linux). The first binds it alone: what shares a port shares it with other
    /// processes as well, and a second server would take half of our peers without a word. All are ready before the
    /// first is bound, so that there is hardly a moment in which a datagram comes to a socket that its peer then loses.
    /// </summary>
    /// <exception cref="SocketException">The address cannot be bound, or is in use.</exception>
    public static Socket[] OpenShared(IPEndPoint local, DatagramSocketOptions options, int count)
    {
        if (!local.Address.Equals(IPAddress.IPv6Any))
            return OpenShared(local, options, count, isDualStack: false);
        try
        {
            return OpenShared(local, options, count, isDualStack: true);
        }
        catch (SocketException e) when (IsFamilyMissing(e))
        {
            return OpenShared(new IPEndPoint(IPAddress.Any, local.Port), options, count, isDualStack: false);
        }
    }

    private static Socket[] OpenShared(IPEndPoint local, DatagramSocketOptions options, int count, bool isDualStack)
    {
        var sockets = new Socket[count];
        try
        {
            for (int i = 0; i < count; i++)
                sockets[i] = Create(local.AddressFamily, isDualStack);
            for (int i = 1; i < count; i++)
                sockets[i].SetRawOption(LinuxSocketLevel, LinuxReusePort, 1);
            sockets[0].Bind(local);
            if (count > 1)
                sockets[0].SetRawOption(LinuxSocketLevel, LinuxReusePort, 1);
            EndPoint bound = count > 1 ? sockets[0].LocalEndPoint! : local;
            for (int i = 1; i < count; i++)
                sockets[i].Bind(bound);
        }
        catch
        {
            foreach (Socket? socket in sockets)
                socket?.Dispose();
            throw;
        }

        // What the system has to say about the settings it says once.
        for (int i = 0; i < count; i++)
            Configure(sockets[i], i == 0 ? options : options with { OnWarning = null });
        return sockets;
    }

    private static Socket Create(AddressFamily family, bool isDualStack)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        if (isDualStack)
            socket.DualMode = true;
        return socket;
    }

    private static void Configure(Socket socket, DatagramSocketOptions options)
    {
        socket.Blocking = false;
        if (OperatingSystem.IsWindows())
            socket.IOControl(WindowsReportPortUnreachable, new byte[sizeof(int)], null);
        SocketBuffers.Apply(socket, options.BufferBytes, options.OnWarning);
        TrafficClass.Apply(socket, options.Dscp, options.OnWarning);
    }

    /// <summary>IPv6 is not compiled in, or switched off.</summary>
    internal static bool IsFamilyMissing(SocketException e) =>
        e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable
            or SocketError.ProtocolFamilyNotSupported;
}
