using KcpTun.Bench.EndToEnd.Scenarios;
using KcpTun.Bench.Reports;

namespace KcpTun.Bench.EndToEnd;

/// <summary>The figures to reach, as ratios to Go release 20260314 against itself unless they say otherwise.</summary>
internal static class FigureCatalog
{
    public const string PeersRow = "peers";
    public const string MatrixRow = "matrix";

    private static readonly string[] s_directions = ["up", "down"];
    private static readonly string[] s_kinds = ["CPU", "user", "system"];
    private static readonly string[] s_ends = ["client", "server"];

    /// <summary>All that are asked for, in the order of the table.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        .. Goodput("goodput", "aes, FEC 10/3, snappy", ScenarioCatalog.Goodput, 6),
        .. Goodput("ciphers", "aes-128-gcm", ScenarioCatalog.Gcm, 6),
        .. Goodput("ciphers", "none", ScenarioCatalog.NoCipher, 6),
        .. Goodput("ciphers", "salsa20 --nocomp", ScenarioCatalog.Salsa, 6),
        .. Cpu(),
        .. Peers(OurEnds.Client, "client"),
        .. Peers(OurEnds.Server, "server"),
        .. StockBuffers(OurEnds.Both, "both ends ours"),
        .. StockBuffers(OurEnds.Client, "our client with Go"),
        .. StockBuffers(OurEnds.Server, "our server with Go"),
        .. Goodput("windows", "default windows", ScenarioCatalog.DefaultWindows, 3),
        .. Goodput("windows", "fast3, windows 8192", ScenarioCatalog.LargeWindows, 3),
        Echo("idle", 50, 0.7),
        Echo("idle", 99, 0.7),
        Echo("up load", 50, null),
        Echo("up load", 99, 0.5),
        Echo("down load", 50, null),
        Echo("down load", 99, 0.5),
        new("streams", "1,000 streams of 64 KiB, MB/s", ScenarioCatalog.Streams, StreamsScenario.GoodputMetric)
        {
            Goal = Goal.TimesAtLeast(3),
        },
        new("streams", "1,000 streams complete, %", ScenarioCatalog.Streams, StreamsScenario.CompletedMetric)
        {
            Goal = Goal.AtLeast(100),
        },
        new("connections", "2,000 connections/s complete, %", ScenarioCatalog.Connections,
            ConnectionsScenario.CompletedMetric)
        {
            Goal = Goal.AtLeast(100),
        },
        new("connections", "2,000 connections/s answered p99, ms", ScenarioCatalog.Connections,
            ConnectionsScenario.TailMetric),
        .. Memory(MemoryScenario.Idle, "idle, MiB", Goal.TimesAtMost(1)),
        .. Memory(MemoryScenario.Peak, "peak, MiB", Goal.TimesAtMost(1)),
        .. Memory(MemoryScenario.Returned, "after the load/idle", Goal.AtMost(1.2)),
        new("idle", "CPU of idle sessions, both ends, ms/s", ScenarioCatalog.Idle, IdleScenario.CpuMetric)
        {
            Goal = Goal.TimesAtMost(0.1),
        },
        Start(Builds.Aot, Goal.TimesAtMost(1)),
        Start(Builds.Jit, null),
        Start(Builds.Built, null),
        Retransmissions("loopback", ScenarioCatalog.Goodput),
        Retransmissions("100 Mbit/s at 50 ms", ScenarioCatalog.Relay),
        Simulator("default table, s", SimulatorScenario.TableMetric, Builds.Jit, Goal.AtMost(1.6)),
        Simulator("default table, s", SimulatorScenario.TableMetric, Builds.Aot, Goal.AtMost(0.47)),
        Simulator("swarm, seeds/s", SimulatorScenario.SwarmMetric, Builds.Jit, null),
        Simulator("swarm, seeds/s", SimulatorScenario.SwarmMetric, Builds.Aot, Goal.AtLeast(264)),
    ];

    /// <summary>The names <c>--rows</c> takes.</summary>
    public static IReadOnlyList<string> Rows { get; } = [.. All.Select(figure => figure.Row).Distinct(), MatrixRow];

    /// <summary>Those of the table, and the goodput and CPU of every cell of a matrix that was measured.</summary>
    public static IReadOnlyList<Figure> For(ReportData data) =>
    [
        .. All,
        .. from scenario in data.Samples.Select(sample => sample.Scenario).Distinct()
           where scenario.StartsWith(Matrix.Prefix, StringComparison.Ordinal)
           from metric in s_directions.SelectMany(d => new[] { BulkScenario.Goodput(d), BulkScenario.Cpu(d) })
           select new Figure(MatrixRow, $"{scenario[Matrix.Prefix.Length..]}: {metric}", scenario, metric),
    ];

    private static IEnumerable<Figure> Goodput(string row, string what, string scenario, double times) =>
        s_directions.Select(direction =>
            new Figure(row, $"{what}, {direction}, MB/s", scenario, BulkScenario.Goodput(direction))
            {
                Goal = Goal.TimesAtLeast(times),
            });

    private static IEnumerable<Figure> Cpu() =>
        from direction in s_directions
        from kind in s_kinds
        select new Figure(
            "cpu", $"{kind}, both ends, {direction}, ns/B", ScenarioCatalog.Goodput,
            BulkScenario.Cpu(direction, "both", kind))
        {
            Goal = kind == "CPU" ? Goal.TimesAtMost(0.15) : null,
        };

    private static IEnumerable<Figure> Peers(OurEnds ours, string end) => s_directions.SelectMany(direction => new[]
    {
        new Figure(
            PeersRow, $"our {end} with Go, {direction}, MB/s", ScenarioCatalog.Goodput, BulkScenario.Goodput(direction))
        {
            Goal = Goal.TimesAtLeast(1.3),
            Ours = ours,
        },
        new Figure(
            PeersRow, $"CPU of our {end} with Go, {direction}, ns/B", ScenarioCatalog.Goodput,
            BulkScenario.Cpu(direction, end))
        {
            Goal = Goal.TimesAtMost(0.4),
            Ours = ours,
        },
    });

    private static IEnumerable<Figure> StockBuffers(OurEnds ours, string ends) => s_directions.Select(direction =>
        new Figure(
            "buffers", $"socket buffers of 208 KiB, {ends}, {direction}, MB/s", ScenarioCatalog.StockBuffers,
            BulkScenario.Goodput(direction))
        {
            Goal = Goal.TimesAtLeast(1.3),
            Ours = ours,
        });

    private static Figure Echo(string when, int percent, double? most) => new(
        "echo", $"echo of 64 B, {when}, p{percent}, ms", ScenarioCatalog.Echo, EchoScenario.Metric(when, percent))
    {
        Goal = most is { } limit ? Goal.TimesAtMost(limit) : null,
    };

    private static IEnumerable<Figure> Memory(Func<string, string> metric, string what, Goal goal) =>
        s_ends.Select(end => new Figure("memory", $"memory of the {end} {what}", ScenarioCatalog.Memory, metric(end))
        {
            Goal = goal,
        });

    private static Figure Start(string build, Goal? goal) =>
        new("start", "start to first byte carried, ms", ScenarioCatalog.Start, StartScenario.StartMetric)
        {
            Goal = goal,
            Build = build,
        };

    private static Figure Retransmissions(string where, string scenario) => new(
        "retransmissions", $"retransmitted without loss, {where}, %", scenario, BulkScenario.RetransmittedMetric)
    {
        Goal = Goal.Below(0.1),
    };

    private static Figure Simulator(string what, string metric, string build, Goal? goal) =>
        new("simulator", $"kcptun-sim {what}", ScenarioCatalog.Simulator, metric) { Goal = goal, Build = build };
}
