using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>
/// Sets SO_RCVBUF and SO_SNDBUF and tells when the system grants less: a receive buffer too small for a burst loses
/// datagrams without a trace.
/// </summary>
internal static class SocketBuffers
{
    private const int LinuxSocketLevel = 1;

    // Linux keeps twice the value in an int.
    private const int Largest = int.MaxValue / 2;

    private static readonly Direction s_receive =
        new("SetReadBuffer", SocketOptionName.ReceiveBuffer, LinuxName: 8, LinuxForceName: 33, "net.core.rmem_max");

    private static readonly Direction s_send =
        new("SetWriteBuffer", SocketOptionName.SendBuffer, LinuxName: 7, LinuxForceName: 32, "net.core.wmem_max");

    /// <param name="bytes">Size each way; 0 leaves the system's.</param>
    /// <param name="mayForce">Whether a privileged process may exceed the system's limit (Linux).</param>
    public static void Apply(Socket socket, int bytes, Action<string>? onWarning, bool mayForce = true)
    {
        if (bytes <= 0)
            return;
        bytes = Math.Min(bytes, Largest);
        Apply(socket, s_receive, bytes, onWarning, mayForce);
        Apply(socket, s_send, bytes, onWarning, mayForce);
    }

    private static void Apply(Socket socket, Direction way, int bytes, Action<string>? onWarning, bool mayForce)
    {
        if (mayForce && OperatingSystem.IsLinux() && TryForce(socket, way, bytes))
            return;
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, way.Name, bytes);
            int granted = Granted(socket, way);
            if (granted < bytes)
                onWarning?.Invoke($"{way.Label}: the system grants {granted} of {bytes} bytes{Advice(way, bytes)}");
        }
        catch (SocketException e)
        {
            onWarning?.Invoke($"{way.Label}: {e.Message}");
        }
    }

    /// <summary>SO_RCVBUFFORCE and SO_SNDBUFFORCE need CAP_NET_ADMIN.</summary>
    private static bool TryForce(Socket socket, Direction way, int bytes)
    {
        try
        {
            socket.SetRawOption(LinuxSocketLevel, way.LinuxForceName, bytes);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int Granted(Socket socket, Direction way)
    {
        if (!OperatingSystem.IsLinux())
            return (int)socket.GetSocketOption(SocketOptionLevel.Socket, way.Name)!;
        int doubled = socket.GetRawOption(LinuxSocketLevel, way.LinuxName);
        return doubled / 2;
    }

    private static string Advice(Direction way, int bytes)
    {
        if (OperatingSystem.IsLinux())
            return $"; to allow more: sysctl -w {way.LinuxLimit}={bytes}";
        return OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD()
            ? $"; to allow more: sysctl -w kern.ipc.maxsockbuf={bytes}"
            : "";
    }

    private sealed record Direction(
        string Label, SocketOptionName Name, int LinuxName, int LinuxForceName, string LinuxLimit);
}
