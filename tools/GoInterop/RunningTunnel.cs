using System.Net;
using System.Net.Sockets;
using KcpTun.GoInterop.Processes;

namespace KcpTun.GoInterop;

/// <summary>A client and a server process with a target behind them, on 127.0.0.1.</summary>
public sealed class RunningTunnel : IAsyncDisposable
{
    private readonly TunnelPlan _plan;
    private readonly string _target;
    private readonly PortLease _udpPorts;
    private readonly PortLease _entryPort = PortLease.Take();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kcptun-");
    private TunnelProcess? _client;
    private TunnelProcess? _server;
    private ITunnelPath? _path;

    private RunningTunnel(TunnelPlan plan, string target)
    {
        _plan = plan;
        _target = target;
        _udpPorts = PortLease.Take(plan.PortCount);
    }

    public TunnelProcess Client => _client ?? throw new InvalidOperationException("The client is not running.");

    public TunnelProcess Server => _server ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>The port on which the client accepts applications.</summary>
    public int EntryPort => _entryPort.First;

    private string EntryAddress =>
        _plan.EntersByUnixSocket ? Path.Combine(_folder.FullName, "entry") : $"127.0.0.1:{_entryPort.First}";

    private string UdpAddress =>
        $"127.0.0.1:{_udpPorts.First}" + (_plan.PortCount > 1 ? $"-{_udpPorts.Last}" : "");

    /// <summary>Starts the server, then the client.</summary>
    /// <param name="plan">What to start.</param>
    /// <param name="target">The address for <c>--target</c>.</param>
    /// <param name="cancellationToken">Ends the wait for both.</param>
    public static async Task<RunningTunnel> StartAsync(
        TunnelPlan plan, string target, CancellationToken cancellationToken)
    {
        var tunnel = new RunningTunnel(plan, target);
        try
        {
            await tunnel.StartServerAsync(cancellationToken);
            tunnel._path = plan.StartPath?.Invoke(new IPEndPoint(IPAddress.Loopback, tunnel._udpPorts.First));
            string dialled = tunnel._path?.Entry.ToString() ?? tunnel.UdpAddress;
            string[] addresses = ["--remoteaddr", dialled, "--localaddr", tunnel.EntryAddress];
            IEnumerable<string> configuration = tunnel.Configuration("client.json", plan.ClientConfiguration);
            tunnel._client = await TunnelProcess.StartClientAsync(
                plan.Client, [.. addresses, .. configuration, .. plan.ClientFlags], cancellationToken);
            return tunnel;
        }
        catch
        {
            await tunnel.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a connection into the tunnel, as an application does.</summary>
    public async Task<NetworkStream> ConnectAsync(CancellationToken cancellationToken)
    {
        bool isUnix = _plan.EntersByUnixSocket;
        EndPoint entry = isUnix
            ? new UnixDomainSocketEndPoint(EntryAddress)
            : new IPEndPoint(IPAddress.Loopback, EntryPort);
        var socket = new Socket(
            entry.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(entry, cancellationToken);
            if (!isUnix)
                socket.NoDelay = true;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends the server without a word to the client and starts it again on the same ports.</summary>
    public async Task RestartServerAsync(CancellationToken cancellationToken)
    {
        await Server.DisposeAsync();
        _server = null;
        await StartServerAsync(cancellationToken);
    }

    /// <summary>Both processes and what they printed last, for a failure message.</summary>
    public string Describe() => $"client: {_client?.Describe()}\nserver: {_server?.Describe()}";

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_path is not null)
            await _path.DisposeAsync();
        _udpPorts.Dispose();
        _entryPort.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        string[] addresses = ["--listen", UdpAddress, "--target", _target];
        IEnumerable<string> configuration = Configuration("server.json", _plan.ServerConfiguration);
        _server = await TunnelProcess.StartServerAsync(
            _plan.Server,
            [.. addresses, .. configuration, .. _plan.ServerFlags],
            Enumerable.Range(_udpPorts.First, _plan.PortCount),
            cancellationToken);
    }

    private IEnumerable<string> Configuration(string name, string? content)
    {
        if (content is null)
            return [];
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return ["-c", path];
    }
}
