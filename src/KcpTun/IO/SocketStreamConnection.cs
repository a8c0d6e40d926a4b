using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace KcpTun.IO;

/// <summary>A connected TCP or Unix socket.</summary>
public sealed class SocketStreamConnection : IStreamConnection
{
    private readonly Socket _socket;

    /// <param name="socket">Connected; it belongs to this object from now on.</param>
    /// <param name="remote">The other end, if the caller knows it better than the socket does.</param>
    public SocketStreamConnection(Socket socket, EndPoint? remote = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        RemoteName = StreamNames.Remote(socket, remote);
        DisableDelay(socket);
    }

    public string RemoteName { get; }

    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation) =>
        _socket.ReceiveAsync(destination, SocketFlags.None, cancellation);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation)
    {
        while (source.Length > 0)
        {
            int written = await _socket.SendAsync(source, SocketFlags.None, cancellation);
            source = source[written..];
        }
    }

    public void ShutdownWrite() => Shutdown(SocketShutdown.Send);

    /// <remarks>
    /// The shutdown matters: the base library answers a close under a pending read with a reset, which would take
    /// from the other end what it has not read yet. A read under way ends with 0 or a <see cref="SocketException"/>.
    /// </remarks>
    public void Dispose()
    {
        Shutdown(SocketShutdown.Both);
        _socket.Dispose();
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection has already broken: the other end has had its end of stream.
        }
    }

    private static void DisableDelay(Socket socket)
    {
        if (socket.ProtocolType != ProtocolType.Tcp)
            return;
        try
        {
            socket.NoDelay = true;
        }
        catch (SocketException)
        {
            // Some systems refuse once the other end has reset the connection; the first read will tell.
        }
    }
}
