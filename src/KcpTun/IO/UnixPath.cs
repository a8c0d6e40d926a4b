using System.Net.Sockets;

namespace KcpTun.IO;

/// <summary>Paths of Unix sockets.</summary>
internal static class UnixPath
{
    /// <summary>As in Go a leading @ names a socket in Linux's abstract space, which has no file.</summary>
    /// <exception cref="SocketException">The path is empty or too long, or the system has no Unix sockets.</exception>
    public static UnixDomainSocketEndPoint ToEndPoint(string path)
    {
        bool isAbstract = OperatingSystem.IsLinux() && path.StartsWith('@');
        try
        {
            return new UnixDomainSocketEndPoint(isAbstract ? string.Concat("\0", path.AsSpan(1)) : path);
        }
        catch (Exception e) when (e is ArgumentException or PlatformNotSupportedException)
        {
            throw new SocketException((int)SocketError.InvalidArgument);
        }
    }
}
