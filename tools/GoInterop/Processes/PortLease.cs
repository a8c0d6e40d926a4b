using System.Net;
using System.Net.Sockets;

namespace KcpTun.GoInterop.Processes;

/// <summary>
/// Consecutive ports on 127.0.0.1 that are free for UDP and TCP and that no other lease on this machine gets, in this
/// process or another, until it is disposed or its process ends.
/// </summary>
/// <remarks>
/// The claim on a port is a UDP socket bound to the same port of another loopback address: the kernel keeps it
/// exclusive and drops it with the process, and 127.0.0.1 stays free for the program that is to listen there. The
/// range lies below the kernel's ephemeral ports, so that no outgoing connection takes a leased port.
/// </remarks>
public sealed class PortLease : IDisposable
{
    /// <summary>The guards' address as /proc/net/udp prints it.</summary>
    internal const string GuardAddressInKernelTable = "01145E7F";

    private const int Lowest = 20000;
    private const int Highest = 30000;

    private static readonly IPAddress s_guardAddress = IPAddress.Parse("127.94.20.1");
    private static int s_cursor = Random.Shared.Next(Highest - Lowest);

    private readonly Socket[] _guards;

    private PortLease(int first, Socket[] guards)
    {
        First = first;
        _guards = guards;
    }

    /// <summary>The lowest leased port.</summary>
    public int First { get; }

    /// <summary>The highest leased port.</summary>
    public int Last => First + _guards.Length - 1;

    /// <summary>Leases <paramref name="count"/> consecutive ports.</summary>
    /// <exception cref="InvalidOperationException">The whole range is taken.</exception>
    public static PortLease Take(int count = 1)
    {
        for (int attempt = 0; attempt < Highest - Lowest; attempt++)
        {
            uint step = unchecked((uint)Interlocked.Add(ref s_cursor, count));
            int first = Lowest + (int)(step % (Highest - Lowest - count));
            if (TryGuard(first, count) is { } guards)
                return new PortLease(first, guards);
        }

        throw new InvalidOperationException($"No free ports between {Lowest} and {Highest}.");
    }

    public void Dispose()
    {
        foreach (Socket guard in _guards)
            guard.Dispose();
    }

    private static Socket[]? TryGuard(int first, int count)
    {
        var guards = new List<Socket>(count);
        for (int port = first; port < first + count; port++)
        {
            Socket? guard = TryBind(s_guardAddress, port, SocketType.Dgram);
            if (guard is not null)
                guards.Add(guard);
            if (guard is null || !IsFree(port, SocketType.Dgram) || !IsFree(port, SocketType.Stream))
            {
                guards.ForEach(taken => taken.Dispose());
                return null;
            }
        }

        return [.. guards];
    }

    private static bool IsFree(int port, SocketType type)
    {
        using Socket? probe = TryBind(IPAddress.Loopback, port, type);
        return probe is not null;
    }

    private static Socket? TryBind(IPAddress address, int port, SocketType type)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
