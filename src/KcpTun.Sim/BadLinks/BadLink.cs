using KcpTun.Sim.Engine;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.BadLinks;

/// <summary>What decides which of two results on a link is the better one.</summary>
internal enum Figure
{
    /// <summary>99th percentile of latencies.</summary>
    Latency,

    /// <summary>Application bytes a second.</summary>
    Goodput,
}

/// <summary>The figures of one variant that the table shows.</summary>
/// <param name="Variant">As in <c>fast3+fec10/3</c>.</param>
/// <param name="P50">Median latency, ms; 0 without latencies.</param>
/// <param name="P95">ms.</param>
/// <param name="P99">ms.</param>
/// <param name="Goodput">10^6 bytes a second; 0 without a transfer.</param>
/// <param name="Wire">Bytes on the wire for each byte delivered.</param>
/// <param name="Needless">
/// Share of segments sent again although an earlier transmission arrived; null of plain TCP.
/// </param>
/// <param name="QueueP95">Wait at the bottleneck that 95 of 100 datagrams do not exceed, ms.</param>
/// <param name="FirstShare">
/// Part of all bytes that the first of two flows had when one of them ended, of the seed in which it is furthest from
/// half; null where there is one flow.
/// </param>
internal sealed record LinkFigures(
    string Variant, double P50, double P95, double P99, double Goodput, double Wire, double? Needless, double QueueP95,
    double? FirstShare = null)
{
    /// <summary>Payload of a segment, bytes: kcptun's default MTU less headers. Turns bytes into segments.</summary>
    private const double SegmentBytes = 1298;

    /// <summary>Part of all bytes that the slower of two flows had; 0 where there is one.</summary>
    public double LeastShare => FirstShare is { } share ? Math.Min(share, 1 - share) : 0;

    public static LinkFigures Of(VariantResult result) => Of(result.Variant.Name, result.All);

    /// <param name="variant">As in <c>fast3+fec10/3</c>.</param>
    /// <param name="all">What it did: all runs, or those of one seed.</param>
    public static LinkFigures Of(string variant, RunGroup all)
    {
        double segments = Math.Max(1, all.Sum(run => run.DeliveredBytes) / SegmentBytes);
        return new LinkFigures(
            variant,
            Milliseconds(all.Latency(500)),
            Milliseconds(all.Latency(950)),
            Milliseconds(all.Latency(990)),
            (all.Goodput ?? 0) / 1e6,
            Metric.Wire.Read(all) ?? 0,
            all.Sum(run => run.Wire.PayloadBytes) > 0 ? all.Sum(run => run.Retransmits.Spurious) / segments : null,
            Milliseconds(all.Max(run => run.Stalls.QueueDelayP95)),
            all.Runs.Select(run => Share(run.Result.BytesAtFirstEnd)).MaxBy(share => Math.Abs(share - 0.5 ?? 0)));
    }

    private static double? Share(IReadOnlyList<long> bytes) =>
        bytes.Count > 1 ? (double)bytes[0] / bytes.Sum() : null;

    private static double Milliseconds(double? nanoseconds) => (nanoseconds ?? 0) / SimTime.Millisecond;
}

/// <summary>A link, what happens on it, and what mode auto has to reach there.</summary>
/// <param name="Name">For people.</param>
/// <param name="Link">Options of the path, as on the command line.</param>
/// <param name="Workload">What the applications do.</param>
/// <param name="Decides">What the best stock mode is the best in.</param>
/// <param name="Goal">In words.</param>
/// <param name="IsReached">Judges auto's figures beside those of the best stock mode.</param>
internal sealed record BadLink(
    string Name, string Link, string Workload, Figure Decides, string Goal,
    Func<LinkFigures, LinkFigures, bool> IsReached)
{
    /// <summary>The same traffic without a tunnel.</summary>
    public string TcpWorkload
    {
        get
        {
            const string Mixed = "mixed:";
            string[] parts = Workload.StartsWith(Mixed, StringComparison.Ordinal)
                ? Workload[Mixed.Length..].Split('+')
                : [Workload];
            string flows = string.Join('+', parts.Select(part => part.StartsWith("tcp:") ? part : $"tcp:{part}"));
            return parts.Length > 1 ? Mixed + flows : flows;
        }
    }

    /// <summary>Windows of the stock modes, segments; mode auto chooses its own.</summary>
    public const string StockWindows = "--sndwnd 512 --rcvwnd 512";

    /// <summary>Mode auto at both ends.</summary>
    public const string OursToOurs = "--mode auto --fec 10/3";

    /// <summary>Mode auto at the sending end, a stock mode at the other.</summary>
    public const string TowardsStock = $"--mode fast3 --fec 10/3 {StockWindows} --client=--mode=auto";

    private const string Echo = "echo:64B,n=400,every=50ms";
    private const string Upload = "bulk:6MiB,up";
    private const string Narrow = "--rate 20mbit --rtt 80 --queue 100ms";
    private const string Crowded = "--loss 10 --rtt 100 --rate 20mbit";

    /// <summary>
    /// Bytes on the wire, for each byte delivered, of the echo in mode fast without FEC on a clean path of 200 ms.
    /// </summary>
    private const double CleanEcho = 3.51;

    /// <summary>A link of 20 Mbit/s, 10^6 bytes a second.</summary>
    private const double NarrowRate = 2.5;

    /// <summary>99th percentile of the game alone on the crowded link in mode auto, ms; its own row shows it.</summary>
    private const double GameAlone = 59;

    public static IReadOnlyList<BadLink> All { get; } =
    [
        new("30 %, 200 ms: echo", "--loss 30 --rtt 200", Echo, Figure.Latency,
            "p50 ≤ 210, p95 ≤ 300, p99 ≤ 450 ms, wire ≤ 17.6",
            (auto, _) => auto is { P50: <= 210, P95: <= 300, P99: <= 450, Wire: <= 5 * CleanEcho }),
        new("30 %, 200 ms: upload", "--loss 30 --rtt 200", Upload, Figure.Goodput, "≥ 2.3 MB/s, wire ≤ 2.2",
            (auto, _) => auto is { Goodput: >= 2.3, Wire: <= 2.2 }),
        new("10 %, 100 ms: echo", "--loss 10 --rtt 100", Echo, Figure.Latency, "p99 ≤ 210 ms",
            (auto, _) => auto.P99 <= 210),
        new("10 %, 100 ms: upload", "--loss 10 --rtt 100", Upload, Figure.Goodput, "≥ 4.5 MB/s, wire ≤ 1.35",
            (auto, _) => auto is { Goodput: >= 4.5, Wire: <= 1.35 }),
        new("1 %, 50 ms: upload", "--loss 1 --rtt 50", Upload, Figure.Goodput, "needless < 0.5 %, ≥ 1.0 × stock",
            (auto, stock) => auto.Needless < 0.005 && auto.Goodput >= stock.Goodput),
        new("0.1 %, 100 ms: upload", "--loss 0.1 --rtt 100", Upload, Figure.Goodput,
            "needless < 0.5 %, ≥ 1.0 × stock",
            (auto, stock) => auto.Needless < 0.005 && auto.Goodput >= stock.Goodput),
        new("bursts, 100 ms: echo", "--burst-loss 10,burst=8 --rtt 100", Echo, Figure.Latency, "p99 ≤ 0.5 × stock",
            (auto, stock) => auto.P99 <= stock.P99 / 2),
        new("bursts, 100 ms: upload", "--burst-loss 10,burst=8 --rtt 100", Upload, Figure.Goodput, "≥ 1.5 × stock",
            (auto, stock) => auto.Goodput >= stock.Goodput * 1.5),
        new("20 Mbit/s, 80 ms: upload", Narrow, "bulk:32MiB,up", Figure.Goodput,
            "≥ 92 % of the link, queue p95 ≤ 20 ms",
            (auto, _) => auto is { Goodput: >= 0.92 * NarrowRate, QueueP95: <= 20 }),
        new("20 Mbit/s, 80 ms: two uploads", Narrow, "mixed:bulk:16MiB,up+bulk:16MiB,up", Figure.Goodput,
            "queue p95 ≤ 20 ms, a third for each", (auto, _) => auto is { QueueP95: <= 20, LeastShare: >= 1.0 / 3 }),
        new("20 Mbit/s, 80 ms: upload beside TCP", Narrow, "mixed:bulk:16MiB,up+tcp:bulk:16MiB,up", Figure.Goodput,
            "a third to two thirds", (auto, _) => auto.LeastShare >= 1.0 / 3),
        new("jitter 30 ms, 1 %, 100 ms: upload", "--jitter 30ms --loss 1 --rtt 100", Upload, Figure.Goodput,
            "needless < 1 %", (auto, _) => auto.Needless < 0.01),
        new("10 %, 100 ms, 20 Mbit/s: game", Crowded, "game:30hz,64B/64B,20s", Figure.Latency, "for the next row",
            (_, _) => true),
        new("the same beside an upload", Crowded, "mixed:game:30hz,64B/64B,20s+bulk:32MiB,up", Figure.Latency,
            "p99 ≤ 1.5 × the game alone", (auto, _) => auto.P99 <= 1.5 * GameAlone),
    ];
}
