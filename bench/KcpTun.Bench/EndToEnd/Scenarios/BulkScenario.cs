using System.Diagnostics;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>Moves bytes up, then down, and counts what that costs.</summary>
/// <param name="streams">Streams that share the bytes at the same time.</param>
internal sealed class BulkScenario(string id, string title, TunnelShape shape, Effort effort, int streams = 1)
    : Scenario(id, title)
{
    public const string RetransmittedMetric = "retransmitted %";

    // Release 20210922 does not know it and takes aes without a word that counts (PROTOCOL j.1).
    private const string ModernCipher = "aes-128-gcm";

    private const double NanosecondsPerSecond = 1e9;

    public override bool TakesPart(Pair pair) => base.TakesPart(pair)
        && (!shape.Flags.Contains(ModernCipher)
            || (pair.Client.Capabilities & pair.Server.Capabilities).HasFlag(Capabilities.Gcm));

    /// <summary>Name of the metric of a direction: <c>up MB/s</c>.</summary>
    public static string Goodput(string direction) => $"{direction} MB/s";

    /// <summary>Name of the metric of a direction and an end: <c>up client CPU ns/B</c>.</summary>
    public static string Cpu(string direction, string end = "both", string kind = "CPU") =>
        $"{direction} {end} {kind} ns/B";

    public override double EstimateSeconds(double bytesPerSecond) =>
        1 + (2 * (effort.Bytes + effort.WarmUpBytes) / bytesPerSecond);

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, shape, cancellation);
        await bench.MoveAsync(effort.WarmUpBytes, effort.WarmUpBytes, cancellation);
        var metrics = new Dictionary<string, double>();
        await TransferAsync(bench, "up", 1, 0, metrics, cancellation);
        await TransferAsync(bench, "down", 0, 1, metrics, cancellation);
        CpuMeter usage = CpuMeter.Read(bench.Tunnel);
        metrics["client peak MiB"] = usage.Client.PeakResidentBytes / Mebibyte;
        metrics["server peak MiB"] = usage.Server.PeakResidentBytes / Mebibyte;
        await CountAsync(bench, metrics, cancellation);
        return metrics;
    }

    private async Task TransferAsync(
        BenchTunnel bench,
        string direction,
        int up,
        int down,
        Dictionary<string, double> metrics,
        CancellationToken cancellation)
    {
        long each = effort.Bytes / streams;
        CpuMeter before = CpuMeter.Read(bench.Tunnel);
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, streams)
            .Select(_ => bench.MoveAsync(up * each, down * each, cancellation)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        CpuMeter used = CpuMeter.Read(bench.Tunnel).Since(before);
        double bytes = each * streams;
        metrics[Goodput(direction)] = bytes / seconds / 1e6;
        Add("both", "CPU", used.Seconds);
        Add("client", "CPU", used.Client.CpuSeconds);
        Add("server", "CPU", used.Server.CpuSeconds);
        Add("both", "user", used.Client.UserSeconds + used.Server.UserSeconds);
        Add("both", "system", used.Client.SystemSeconds + used.Server.SystemSeconds);
        Add("client", "user", used.Client.UserSeconds);
        Add("client", "system", used.Client.SystemSeconds);
        Add("server", "user", used.Server.UserSeconds);
        Add("server", "system", used.Server.SystemSeconds);
        Add("generator", "CPU", used.Generator.TotalSeconds);

        void Add(string end, string kind, double cpuSeconds) =>
            metrics[Cpu(direction, end, kind)] = cpuSeconds / bytes * NanosecondsPerSecond;
    }

    /// <summary>What the tunnel sent again, from its start on, and what was lost on the way.</summary>
    private static async Task CountAsync(
        BenchTunnel bench, Dictionary<string, double> metrics, CancellationToken cancellation)
    {
        if (bench.Path is { } path)
        {
            metrics["path lost packets"] = path.Lost;
            metrics["path lateness ms"] = path.MeanLatenessMs;
        }

        metrics["client socket drops"] = SocketDrops.Of(bench.Tunnel.Client.Id);
        metrics["server socket drops"] = SocketDrops.Of(bench.Tunnel.Server.Id);
        IReadOnlyDictionary<string, long>? client = await Counters.ReadAsync(bench.Tunnel.Client, cancellation);
        IReadOnlyDictionary<string, long>? server = await Counters.ReadAsync(bench.Tunnel.Server, cancellation);
        if (client is null || server is null)
            return;
        double sent = Sum("OutSegs");
        metrics["sent segments"] = sent;
        metrics[RetransmittedMetric] = Sum("RetransSegs") / sent * 100;
        foreach (string kind in (string[])["FastRetransSegs", "EarlyRetransSegs", "LostSegs"])
            metrics[$"{kind} %"] = Sum(kind) / sent * 100;
        metrics["InErrs packets"] = Sum("InErrs") + Sum("InCsumErrors") + Sum("KCPInErrors");

        double Sum(string name) => client.GetValueOrDefault(name) + server.GetValueOrDefault(name);
    }
}
