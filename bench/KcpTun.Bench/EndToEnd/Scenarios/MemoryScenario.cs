using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>Memory of each process before, under and after many streams and one fast one.</summary>
internal sealed class MemoryScenario(string id, string title, TunnelShape shape, Effort effort) : Scenario(id, title)
{
    // What starting has left behind is settled.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    /// <summary>Names of the metrics of an end.</summary>
    public static string Idle(string end) => $"{end} idle MiB";

    public static string Peak(string end) => $"{end} peak MiB";

    public static string Returned(string end) => $"{end} after the load/idle";

    public override double EstimateSeconds(double bytesPerSecond) =>
        2 + s_settle.TotalSeconds + effort.Quiet.TotalSeconds
        + (((2 * effort.Bytes) + (effort.Streams * 65536.0)) / bytesPerSecond);

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, shape, cancellation);
        await using (NetworkStream connection = await bench.OpenEchoAsync(cancellation))
            await ExchangeClient.EchoAsync(connection, new byte[1], cancellation);
        await Task.Delay(s_settle, cancellation);
        CpuMeter idle = CpuMeter.Read(bench.Tunnel);
        (List<double> times, _) = await StreamsScenario.RunAsync(bench, effort.Streams, cancellation);
        await bench.MoveAsync(effort.Bytes, 0, cancellation);
        await bench.MoveAsync(0, effort.Bytes, cancellation);
        await Task.Delay(effort.Quiet, cancellation);
        CpuMeter after = CpuMeter.Read(bench.Tunnel);
        var metrics = new Dictionary<string, double> { ["completed %"] = 100.0 * times.Count / effort.Streams };
        Note("client", idle.Client, after.Client, metrics);
        Note("server", idle.Server, after.Server, metrics);
        return metrics;
    }

    private static void Note(string end, ProcessUsage idle, ProcessUsage after, Dictionary<string, double> metrics)
    {
        metrics[Idle(end)] = idle.ResidentBytes / Mebibyte;
        metrics[Peak(end)] = after.PeakResidentBytes / Mebibyte;
        metrics[$"{end} after the load MiB"] = after.ResidentBytes / Mebibyte;
        metrics[Returned(end)] = (double)after.ResidentBytes / idle.ResidentBytes;
    }
}
