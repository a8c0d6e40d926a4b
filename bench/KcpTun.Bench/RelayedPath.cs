using System.Net;
using KcpTun.GoInterop;
using KcpTun.IO;
using KcpTun.Sim.Links;
using KcpTun.Sim.Relay;

namespace KcpTun.Bench;

/// <summary>The simulator's path in real time between a client and a server, on 127.0.0.1.</summary>
internal sealed class RelayedPath : ITunnelPath
{
    private readonly UdpRelay _relay;

    private RelayedPath(UdpRelay relay) => _relay = relay;

    public IPEndPoint Entry => _relay.Local;

    /// <summary>Mean time by which datagrams left the relay too late, ms, of the worse direction.</summary>
    public double MeanLatenessMs => Math.Max(_relay.Up.MeanLateness, _relay.Down.MeanLateness) / 1e6;

    /// <summary>Share of the datagrams that left the relay more than a millisecond late.</summary>
    public double LateShare =>
        (double)(_relay.Up.Late + _relay.Down.Late) / Math.Max(1, _relay.Up.Delivered + _relay.Down.Delivered);

    /// <summary>Datagrams that the path lost, in both directions.</summary>
    public long Lost => _relay.Up.Drops.Values.Sum() + _relay.Down.Drops.Values.Sum();

    /// <summary>Starts the path.</summary>
    /// <param name="link">Settings of the path as the simulator's options have them.</param>
    /// <param name="server">Where it leads.</param>
    /// <param name="seed">Decides which datagrams the path loses.</param>
    public static RelayedPath Start(IReadOnlyList<KeyValuePair<string, string>> link, IPEndPoint server, ulong seed)
    {
        if (!PathSpec.TryParse(link, out PathSpec? path, out string? error))
            throw new ArgumentException(error, nameof(link));
        UdpRelay? relay = null;
        var network = new SystemNetwork((_, cause) => relay?.Fail(cause));
        relay = UdpRelay.Start(
            new RelayOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                To = server,
                Path = path!,
                Seed = seed,
            },
            network);
        return new RelayedPath(relay);
    }

    public async ValueTask DisposeAsync()
    {
        _relay.Stop();
        await _relay.Ended;
    }
}
