using System.Globalization;
using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>What many sessions with a silent connection each cost.</summary>
internal sealed class IdleScenario(string id, string title, TunnelShape shape, Effort effort) : Scenario(id, title)
{
    public const string CpuMetric = "both CPU ms/s";

    // The echoes that open the sessions leave acknowledgements and parity behind.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    private readonly TunnelShape _shape = shape with
    {
        ClientFlags = ["--conn", effort.Sessions.ToString(CultureInfo.InvariantCulture)],
    };

    public override double EstimateSeconds(double bytesPerSecond) =>
        2 + s_settle.TotalSeconds + effort.Quiet.TotalSeconds;

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, _shape, cancellation);
        var connections = new List<NetworkStream>();
        try
        {
            for (int i = 0; i < effort.Sessions; i++)
            {
                connections.Add(await bench.OpenEchoAsync(cancellation));
                await ExchangeClient.EchoAsync(connections[i], new byte[1], cancellation);
            }

            await Task.Delay(s_settle, cancellation);
            CpuMeter before = CpuMeter.Read(bench.Tunnel);
            await Task.Delay(effort.Quiet, cancellation);
            CpuMeter used = CpuMeter.Read(bench.Tunnel).Since(before);
            double seconds = effort.Quiet.TotalSeconds;
            return new Dictionary<string, double>
            {
                [CpuMetric] = used.Seconds * 1000 / seconds,
                ["client CPU ms/s"] = used.ClientSeconds * 1000 / seconds,
                ["server CPU ms/s"] = used.ServerSeconds * 1000 / seconds,
                ["client MiB"] = used.Client.ResidentBytes / Mebibyte,
                ["server MiB"] = used.Server.ResidentBytes / Mebibyte,
            };
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }
}
