using System.Net;
using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>
/// Everything a tunnel asks of its surroundings besides time: sockets, names, threads and chance. Production backs it
/// with the operating system (<c>SystemNetwork</c>), the simulator with virtual ends.
/// </summary>
public interface INetwork
{
    IClock Clock { get; }

    /// <summary>
    /// Whether a burst that exceeds a receiver's buffer is lost, as in any kernel; simulated hosts take what arrives.
    /// </summary>
    bool LosesBursts => false;

    /// <summary>A new generator for the caller's own use.</summary>
    IEntropy CreateEntropy();

    /// <summary>
    /// All addresses of <paramref name="host"/> (a name or a literal), IPv4's first and otherwise in the resolver's
    /// order; never empty.
    /// </summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name does not resolve.</exception>
    ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation);

    /// <summary>
    /// Opens a UDP socket. A client passes the remote end's address family with port 0, a server the address and port
    /// it listens on (the IPv6 wildcard means dual stack).
    /// </summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    IDatagramChannel OpenDatagramChannel(IPEndPoint local, DatagramSocketOptions options);

    /// <summary>
    /// Opens a server's port as up to <paramref name="count"/> channels that share its datagrams: all of one peer come
    /// to the same one. Fewer, and one at least, where the system cannot share a port.
    /// </summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound, or is in use.</exception>
    IReadOnlyList<IDatagramChannel> OpenSharedChannels(IPEndPoint local, DatagramSocketOptions options, int count) =>
        [OpenDatagramChannel(local, options)];

    /// <summary>Listens for local connections.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    IStreamListener Listen(StreamEndPoint endPoint);

    /// <summary>Connects to a target.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The target cannot be reached or resolved.</exception>
    ValueTask<IStreamConnection> ConnectAsync(StreamEndPoint endPoint, CancellationToken cancellation);

    /// <summary>
    /// Gives <paramref name="step"/> a thread of its own: it is called, then the channel waits until the deadline the
    /// call returned or until it is woken, and so on until the call returns null.
    /// </summary>
    void RunDriver(string name, IDatagramChannel channel, Func<Instant, Instant?> step);
}

/// <summary>Settings of a UDP socket.</summary>
/// <param name="BufferBytes">SO_RCVBUF and SO_SNDBUF; 0 leaves the system's.</param>
/// <param name="Dscp">Differentiated services code point, 0..63, for IPv4 TOS and IPv6 traffic class alike.</param>
/// <param name="OnWarning">Called with one line when the system refuses or clamps a setting.</param>
public sealed record DatagramSocketOptions(int BufferBytes = 0, int Dscp = 0, Action<string>? OnWarning = null);

/// <summary>A TCP host and port, or the path of a Unix socket (then <see cref="Port"/> is -1).</summary>
/// <param name="Host">Host name or literal without brackets, empty for all interfaces; or the path.</param>
public readonly record struct StreamEndPoint(string Host, int Port)
{
    public bool IsUnixSocket => Port < 0;

    public override string ToString() =>
        IsUnixSocket ? Host : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>A listening TCP or Unix socket.</summary>
public interface IStreamListener : IDisposable
{
    /// <summary>The bound address as Go prints it: <c>[::]:12948</c>, <c>127.0.0.1:12948</c>, a path.</summary>
    string LocalName { get; }

    ValueTask<IStreamConnection> AcceptAsync(CancellationToken cancellation);
}

/// <summary>One local TCP or Unix connection. Dispose closes both directions at once.</summary>
public interface IStreamConnection : IDisposable
{
    /// <summary>The other end as Go prints it: <c>127.0.0.1:51234</c>, <c>@</c> for an unnamed Unix peer.</summary>
    string RemoteName { get; }

    /// <summary>
    /// Reads at least one byte; 0 at the end of the stream. With an empty destination it only waits until there is
    /// something to read (data, the end or an error) and returns 0: an idle connection then needs no buffer.
    /// </summary>
    ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation);

    /// <summary>Writes all of <paramref name="source"/>.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation);

    /// <summary>Half-close: the other end sees the end of the stream after everything written.</summary>
    void ShutdownWrite();
}
