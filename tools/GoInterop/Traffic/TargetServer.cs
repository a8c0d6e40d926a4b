using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KcpTun.GoInterop.Traffic;

/// <summary>Serves one accepted connection; the connection is closed when it returns.</summary>
public delegate Task ConnectionHandler(NetworkStream connection, CancellationToken cancellationToken);

/// <summary>The server behind a tunnel, inside this process.</summary>
public sealed class TargetServer : IAsyncDisposable
{
    private const int Backlog = 4096;

    private readonly Socket _listener;
    private readonly ConnectionHandler _handler;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Task _accepting;

    private TargetServer(Socket listener, string address, ConnectionHandler handler)
    {
        _listener = listener;
        _handler = handler;
        Address = address;
        listener.Listen(Backlog);
        _accepting = AcceptAsync();
    }

    /// <summary>The address for <c>--target</c>.</summary>
    public string Address { get; }

    /// <summary>What went wrong on connections, for a failure message; a torn-down tunnel leaves resets here.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Listens on a free port of 127.0.0.1.</summary>
    public static TargetServer StartTcp(ConnectionHandler handler)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new TargetServer(listener, listener.LocalEndPoint!.ToString()!, handler);
    }

    /// <summary>Listens on a Unix socket.</summary>
    public static TargetServer StartUnix(string path, ConnectionHandler handler)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        return new TargetServer(listener, path, handler);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                Task serving = ServeAsync(socket);
                _connections.TryAdd(serving, 0);
                _ = serving.ContinueWith(
                    done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // Disposed: the only way out of the loop.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            if (socket.AddressFamily == AddressFamily.InterNetwork)
                socket.NoDelay = true;
            await using var connection = new NetworkStream(socket, ownsSocket: true);
            await _handler(connection, _stop.Token);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            Faults.Enqueue(error.Message);
        }
    }
}
