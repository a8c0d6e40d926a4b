using System.Diagnostics;
using System.Net.Sockets;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>
/// From nothing to the first byte that has gone through and come back: the server's start until it is bound, the
/// client's until it accepts, and the first echo.
/// </summary>
internal sealed class StartScenario(string id, string title, TunnelShape shape, Effort effort) : Scenario(id, title)
{
    public const string StartMetric = "first byte ms";

    public override double EstimateSeconds(double bytesPerSecond) => effort.Starts * 0.5;

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        var all = new List<double>();
        var echoes = new List<double>();
        for (int i = 0; i < effort.Starts; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, shape, cancellation);
            long started = Stopwatch.GetTimestamp();
            await using NetworkStream connection = await bench.OpenEchoAsync(cancellation);
            await ExchangeClient.EchoAsync(connection, new byte[1], cancellation);
            all.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            echoes.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return new Dictionary<string, double>
        {
            [StartMetric] = Statistics.Median(all),
            ["first echo ms"] = Statistics.Median(echoes),
        };
    }
}
