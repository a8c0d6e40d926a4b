using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>
/// Marks what a socket sends with a DSCP, in the upper six bits of the IPv4 TOS and the IPv6 traffic class. A
/// dual-stack socket needs both: its IPv4 peers see the TOS.
/// </summary>
internal static class TrafficClass
{
    internal const int IPv4Level = 0;
    internal const int IPv6Level = 41;

    /// <summary>IP_TOS.</summary>
    internal static int IPv4Option => OperatingSystem.IsLinux() ? 1 : 3;

    /// <summary>IPV6_TCLASS.</summary>
    internal static int IPv6Option =>
        OperatingSystem.IsLinux() ? 67 : OperatingSystem.IsWindows() ? 39 : OperatingSystem.IsFreeBSD() ? 61 : 36;

    /// <param name="dscp">0..63; 0 leaves the system's.</param>
    public static void Apply(Socket socket, int dscp, Action<string>? onWarning)
    {
        if (dscp == 0)
            return;
        int value = dscp << 2;
        try
        {
            if (socket.AddressFamily == AddressFamily.InterNetworkV6)
                socket.SetRawOption(IPv6Level, IPv6Option, value);
            if (socket.AddressFamily == AddressFamily.InterNetwork || socket.DualMode)
                socket.SetRawOption(IPv4Level, IPv4Option, value);
        }
        catch (SocketException e)
        {
            onWarning?.Invoke($"SetDSCP: {e.Message}");
        }
    }
}
