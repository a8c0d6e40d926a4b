using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench;

/// <summary>A tunnel to measure, with the traffic target behind it.</summary>
public sealed class BenchTunnel : IAsyncDisposable
{
    private readonly TargetServer _target;
    private readonly RunningTunnel _tunnel;

    private BenchTunnel(TargetServer target, RunningTunnel tunnel)
    {
        _target = target;
        _tunnel = tunnel;
    }

    public RunningTunnel Tunnel => _tunnel;

    /// <summary>
    /// Starts both ends with the same smux version and immediate ends of connections, and the flags given.
    /// </summary>
    public static async Task<BenchTunnel> StartAsync(
        Pair pair, IReadOnlyList<string> flags, IReadOnlyList<string> clientFlags, CancellationToken cancellationToken)
    {
        TargetServer target = TargetServer.StartTcp(new ExchangeTarget().HandleAsync);
        try
        {
            TunnelPlan plan = new()
            {
                Client = pair.Client,
                Server = pair.Server,
                ClientFlags = [.. CommonFlags(pair.Client), .. flags, .. clientFlags],
                ServerFlags = [.. CommonFlags(pair.Server), .. flags],
            };
            return new BenchTunnel(target, await RunningTunnel.StartAsync(plan, target.Address, cancellationToken));
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

    private static string[] CommonFlags(Implementation end) =>
        end.Capabilities.HasFlag(Capabilities.HalfClose)
            ? ["--smuxver", "2", "--closewait", "0"]
            : ["--smuxver", "2"];
}
