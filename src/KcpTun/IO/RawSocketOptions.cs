using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KcpTun.IO;

/// <summary>Integer socket options under the system's own numbers, for those the base library does not name.</summary>
internal static class RawSocketOptions
{
    /// <exception cref="SocketException">The system refuses.</exception>
    public static void SetRawOption(this Socket socket, int level, int option, int value) =>
        socket.SetRawSocketOption(level, option, MemoryMarshal.AsBytes(new Span<int>(ref value)));

    /// <exception cref="SocketException">The system does not know the option.</exception>
    public static int GetRawOption(this Socket socket, int level, int option)
    {
        int value = 0;
        socket.GetRawSocketOption(level, option, MemoryMarshal.AsBytes(new Span<int>(ref value)));
        return value;
    }
}
