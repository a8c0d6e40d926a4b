using System.Net;
using System.Net.Sockets;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>
/// A port number on 127.0.0.1 that is free for UDP and TCP, and that no other stage or test on this machine takes
/// until it is disposed or its process ends.
/// </summary>
/// <remarks>
/// The claim is a UDP socket bound to the same port of another loopback address: the kernel keeps it exclusive and
/// drops it with the process, and 127.0.0.1 stays free for whoever is to listen there. The range lies below the
/// kernel's ephemeral ports, and it and the address are those of the interoperation tests, so that both may run at
/// once. Where the system has that one loopback address only, the claim is by luck.
/// </remarks>
internal sealed class PortClaim : IDisposable
{
    private const int Lowest = 20000;
    private const int Count = 10000;
    private const int Stride = 7919;

    private static int s_next = Environment.ProcessId;

    private readonly Socket? _guard;

    private PortClaim(int port, Socket? guard)
    {
        Port = port;
        _guard = guard;
    }

    /// <summary>The address of the guards, on which no subject ever listens.</summary>
    public static IPAddress GuardAddress { get; } = IPAddress.Parse("127.94.20.1");

    public int Port { get; }

    /// <exception cref="InvalidOperationException">Every port is taken.</exception>
    public static PortClaim Take()
    {
        for (int attempt = 0; attempt < Count; attempt++)
        {
            uint step = unchecked((uint)Interlocked.Increment(ref s_next) * Stride);
            int port = Lowest + (int)(step % Count);
            if (TryBind(GuardAddress, port, SocketType.Dgram, out SocketError error) is { } guard)
            {
                if (IsFree(port))
                    return new PortClaim(port, guard);
                guard.Dispose();
            }
            else if (error == SocketError.AddressNotAvailable && IsFree(port))
            {
                return new PortClaim(port, null);
            }
        }

        throw new InvalidOperationException($"No free port between {Lowest} and {Lowest + Count}.");
    }

    public void Dispose() => _guard?.Dispose();

    private static bool IsFree(int port)
    {
        using Socket? udp = TryBind(IPAddress.Loopback, port, SocketType.Dgram, out _);
        using Socket? tcp = TryBind(IPAddress.Loopback, port, SocketType.Stream, out _);
        return udp is not null && tcp is not null;
    }

    private static Socket? TryBind(IPAddress address, int port, SocketType type, out SocketError error)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            error = SocketError.Success;
            return socket;
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode;
            socket.Dispose();
            return null;
        }
    }
}
