using System.Net;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Tunnel;

/// <summary>
/// A client, a server and an echo target over real sockets on loopback, for what needs the whole tunnel.
/// </summary>
internal sealed class LoopbackTunnel : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stopClient = new();
    private readonly CancellationTokenSource _stopServer = new();
    private readonly Socket _target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IStreamListener _local;
    private Task _server = Task.CompletedTask;

    private LoopbackTunnel(IStreamListener local)
    {
        _local = local;
        _target.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _target.Listen();
    }

    public LineLogger Log { get; } = new();

    public TunnelContext ClientContext { get; private set; } = null!;

    public Task Client { get; private set; } = Task.CompletedTask;

    public static async Task<LoopbackTunnel> StartAsync(
        Func<ClientOptions, ClientOptions>? client = null, Func<ServerOptions, ServerOptions>? server = null,
        INetwork? clientNetwork = null, bool hasTarget = true)
    {
        var system = new SystemNetwork();
        var tunnel = new LoopbackTunnel(system.Listen(new StreamEndPoint("127.0.0.1", 0)));
        int udpPort = FreeUdpPort();
        string target = tunnel._target.LocalEndPoint!.ToString()!;
        if (!hasTarget)
            tunnel._target.Dispose();
        ServerOptions serverOptions = new() { Listen = $"127.0.0.1:{udpPort}", Target = target, CloseWait = 0 };
        ClientOptions clientOptions = new() { RemoteAddr = $"127.0.0.1:{udpPort}" };
        var serverTunnel = new ServerTunnel(
            TunnelContext.Create((server ?? (o => o))(serverOptions), system, tunnel.Log));
        await serverTunnel.ListenAsync(default);
        tunnel._server = serverTunnel.RunAsync(tunnel._stopServer.Token);
        tunnel.ClientContext = TunnelContext.Create(
            (client ?? (o => o))(clientOptions), clientNetwork ?? system, tunnel.Log);
        tunnel.Client = new ClientTunnel(tunnel.ClientContext, tunnel._local).RunAsync(tunnel._stopClient.Token);
        return tunnel;
    }

    /// <summary>A connection of an application to the client.</summary>
    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(_local.LocalName)).WaitAsync(s_patience);
        return socket;
    }

    /// <summary>The connection that the server makes to the target.</summary>
    public Task<Socket> AcceptAsync() => _target.AcceptAsync().WaitAsync(s_patience);

    /// <summary>Sends a few bytes to the target and back.</summary>
    public static async Task EchoAsync(Socket application, Socket target)
    {
        byte[] message = [1, 2, 3, 4, 5];
        await application.SendAsync(message);
        (await ReceiveAsync(target, 5)).ShouldBe(message);
        await target.SendAsync(message);
        (await ReceiveAsync(application, 5)).ShouldBe(message);
    }

    /// <summary>Exactly <paramref name="count"/> bytes, or fewer when the stream ends before.</summary>
    public static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        int received = 0;
        while (received < count)
        {
            int length = await socket.ReceiveAsync(bytes.AsMemory(received)).AsTask().WaitAsync(s_patience);
            if (length == 0)
                break;
            received += length;
        }

        return bytes[..received];
    }

    /// <summary>Shuts the client down as a signal would.</summary>
    public void StopClient() => _stopClient.Cancel();

    public async ValueTask DisposeAsync()
    {
        _stopClient.Cancel();
        _stopServer.Cancel();
        await Task.WhenAll([Client, _server]).WaitAsync(s_patience);
        _target.Dispose();
    }

    private static int FreeUdpPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

/// <summary>The system's network with another resolver.</summary>
internal sealed class ResolvingNetwork(Func<int, Task> beforeResolve) : INetwork
{
    private readonly SystemNetwork _system = new();
    private int _resolutions;

    public IClock Clock => _system.Clock;

    public IEntropy CreateEntropy() => _system.CreateEntropy();

    /// <summary>Waits for what the test says about the n-th resolution, counted from 1.</summary>
    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation)
    {
        await beforeResolve(Interlocked.Increment(ref _resolutions)).WaitAsync(cancellation);
        return await _system.ResolveAsync(host, cancellation);
    }

    public IDatagramChannel OpenDatagramChannel(IPEndPoint local, DatagramSocketOptions options) =>
        _system.OpenDatagramChannel(local, options);

    public IStreamListener Listen(StreamEndPoint endPoint) => _system.Listen(endPoint);

    public ValueTask<IStreamConnection> ConnectAsync(StreamEndPoint endPoint, CancellationToken cancellation) =>
        _system.ConnectAsync(endPoint, cancellation);

    public void RunDriver(string name, IDatagramChannel channel, Func<Instant, Instant?> step) =>
        _system.RunDriver(name, channel, step);
}
