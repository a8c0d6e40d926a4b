using System.Net;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;
using KcpTun.IO;
using KcpTun.Sim.Links;
using KcpTun.Sim.Relay;

namespace KcpTun.Bench.Validate;

/// <summary>A client and a server process with the simulator's path between them in real time, on 127.0.0.1.</summary>
internal sealed class RelayedTunnel : IAsyncDisposable
{
    private readonly PortLease _udpPort = PortLease.Take();
    private readonly PortLease _entryPort = PortLease.Take();
    private UdpRelay? _relay;
    private TunnelProcess? _client;
    private TunnelProcess? _server;

    private RelayedTunnel()
    {
    }

    /// <summary>Where the client accepts applications.</summary>
    public IPEndPoint Entry => new(IPAddress.Loopback, _entryPort.First);

    private IPEndPoint ServerAddress => new(IPAddress.Loopback, _udpPort.First);

    /// <summary>Starts the server, the path, and the client.</summary>
    /// <param name="target">The address for <c>--target</c>.</param>
    /// <param name="seed">Decides which datagrams the path loses.</param>
    public static async Task<RelayedTunnel> StartAsync(
        Implementation implementation, LinkPoint point, string target, ulong seed, CancellationToken cancellation)
    {
        var tunnel = new RelayedTunnel();
        try
        {
            await tunnel.StartProcessesAsync(implementation, point, target, seed, cancellation);
            return tunnel;
        }
        catch
        {
            await tunnel.DisposeAsync();
            throw;
        }
    }

    /// <summary>Mean time by which datagrams left the relay too late, ms, of the worse direction.</summary>
    public double MeanLatenessMs =>
        _relay is null ? 0 : Math.Max(_relay.Up.MeanLateness, _relay.Down.MeanLateness) / 1e6;

    /// <summary>Share of the datagrams that left the relay more than a millisecond late.</summary>
    public double LateShare => _relay is null
        ? 0
        : (double)(_relay.Up.Late + _relay.Down.Late) / Math.Max(1, _relay.Up.Delivered + _relay.Down.Delivered);

    /// <summary>CPU time of both processes so far, s.</summary>
    public double CpuSeconds => (_client?.ReadUsage().CpuSeconds ?? 0) + (_server?.ReadUsage().CpuSeconds ?? 0);

    /// <summary>Both processes and what they printed last, for a failure message.</summary>
    public string Describe() => $"client: {_client?.Describe()}\nserver: {_server?.Describe()}";

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_relay is not null)
        {
            _relay.Stop();
            await _relay.Ended;
        }

        _udpPort.Dispose();
        _entryPort.Dispose();
    }

    private async Task StartProcessesAsync(
        Implementation implementation, LinkPoint point, string target, ulong seed, CancellationToken cancellation)
    {
        string[] flags = [.. point.Flags, "--key", "kcptun-sim", "--closewait", "0", "--quiet"];
        _server = await TunnelProcess.StartServerAsync(
            implementation,
            ["--listen", ServerAddress.ToString(), "--target", target, .. flags],
            [_udpPort.First],
            cancellation);
        _relay = StartRelay(point, seed);
        _client = await TunnelProcess.StartClientAsync(
            implementation,
            ["--remoteaddr", _relay.Local.ToString(), "--localaddr", Entry.ToString(), .. flags],
            cancellation);
    }

    private UdpRelay StartRelay(LinkPoint point, ulong seed)
    {
        if (!PathSpec.TryParse(point.Link, out PathSpec? path, out string? error))
            throw new ArgumentException(error, nameof(point));
        UdpRelay? relay = null;
        var network = new SystemNetwork((_, cause) => relay?.Fail(cause));
        relay = UdpRelay.Start(
            new RelayOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                To = ServerAddress,
                Path = path!,
                Seed = seed,
            },
            network);
        return relay;
    }
}
