using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench;

/// <summary>A tunnel to measure, with the traffic target behind it.</summary>
internal sealed class BenchTunnel : IAsyncDisposable
{
    private const ulong PathSeed = 1;

    private readonly TargetServer _target;
    private readonly RunningTunnel _tunnel;
    private readonly RelayedPath? _path;

    private BenchTunnel(TargetServer target, RunningTunnel tunnel, RelayedPath? path)
    {
        _target = target;
        _tunnel = tunnel;
        _path = path;
    }

    public RunningTunnel Tunnel => _tunnel;

    /// <summary>What lies between the ends; null if nothing does.</summary>
    public RelayedPath? Path => _path;

    /// <summary>
    /// Starts both ends with the same smux version and immediate ends of connections, without a log line for every
    /// connection, and with the flags given.
    /// </summary>
    public static async Task<BenchTunnel> StartAsync(
        Pair pair, TunnelShape shape, CancellationToken cancellationToken)
    {
        RelayedPath? path = null;
        TargetServer target = TargetServer.StartTcp(new ExchangeTarget().HandleAsync);
        try
        {
            TunnelPlan plan = new()
            {
                Client = pair.Client,
                Server = pair.Server,
                ClientFlags = [.. CommonFlags(pair.Client), .. shape.Flags, .. shape.ClientFlags],
                ServerFlags = [.. CommonFlags(pair.Server), .. shape.Flags],
                StartPath = shape.Link.Count == 0
                    ? null
                    : server => path = RelayedPath.Start(shape.Link, server, PathSeed),
            };
            RunningTunnel tunnel = await RunningTunnel.StartAsync(plan, target.Address, cancellationToken);
            return new BenchTunnel(target, tunnel, path);
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves incompressible bytes one way or both, counted and not hashed.</summary>
    /// <exception cref="IOException">Fewer bytes arrived than were sent.</exception>
    public async Task MoveAsync(long upload, long download, CancellationToken cancellationToken)
    {
        TrafficRequest request = new()
        {
            Operation = TrafficOperation.Exchange,
            Upload = upload,
            Download = download,
            IsVerified = false,
            IsNoise = true,
        };
        await using NetworkStream connection = await _tunnel.ConnectAsync(cancellationToken);
        ExchangeResult result = await ExchangeClient.ExchangeAsync(connection, request, cancellationToken);
        if (result.Uploaded.Length != upload || result.Downloaded.Length != download)
            throw new IOException($"The tunnel lost data: {result}");
    }

    /// <summary>Opens a connection whose target echoes.</summary>
    public async Task<NetworkStream> OpenEchoAsync(CancellationToken cancellationToken)
    {
        NetworkStream connection = await _tunnel.ConnectAsync(cancellationToken);
        await ExchangeClient.StartEchoAsync(connection, cancellationToken);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await _tunnel.DisposeAsync();
        await _target.DisposeAsync();
    }

    /// <summary>
    /// The flags that make releases alike: the same smux version, connections that end at once, no line for each.
    /// </summary>
    public static string[] CommonFlags(Implementation end) =>
        end.Capabilities.HasFlag(Capabilities.HalfClose)
            ? ["--smuxver", "2", "--quiet", "--closewait", "0"]
            : ["--smuxver", "2", "--quiet"];
}

/// <summary>How a tunnel to measure is set up.</summary>
/// <param name="Flags">kcptun flags of both ends.</param>
internal sealed record TunnelShape(IReadOnlyList<string> Flags)
{
    /// <summary>kcptun flags of the client alone.</summary>
    public IReadOnlyList<string> ClientFlags { get; init; } = [];

    /// <summary>
    /// Settings of the path between the ends, as the simulator's options have them; none for loopback.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Link { get; init; } = [];
}
