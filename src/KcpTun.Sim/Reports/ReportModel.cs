using KcpTun.Sim.Running;

namespace KcpTun.Sim.Reports;

/// <summary>Everything a report shows. It holds no time of day: equal runs make equal reports.</summary>
public sealed record ReportModel
{
    public required string Title { get; init; }

    /// <summary>The command that makes this report again.</summary>
    public required string Command { get; init; }

    /// <summary>The path in words, as in <c>rtt 200 ms, loss 30 % each way</c>.</summary>
    public required string Link { get; init; }

    public required string Workload { get; init; }

    /// <summary>Name and version of the engine: another version may have other results.</summary>
    public required string Engine { get; init; }

    /// <summary>The seeds in words, as in <c>1..8</c>.</summary>
    public required string Seeds { get; init; }

    /// <summary>Hash over every run, hexadecimal.</summary>
    public required string TraceHash { get; init; }

    /// <summary>What a reader should take home, one sentence each: best goodput, best p99, cheapest.</summary>
    public IReadOnlyList<string> Verdicts { get; init; } = [];

    public IReadOnlyList<ReportVariant> Variants { get; init; } = [];

    public ReportSweep? Sweep { get; init; }

    public TimeSequence? TimeSequence { get; init; }
}

/// <summary>One set of kcptun flags, over all its seeds.</summary>
public sealed record ReportVariant
{
    public required string Name { get; init; }

    /// <summary>The kcptun flags of the variant.</summary>
    public required string Flags { get; init; }

    /// <summary>The command that runs this variant alone.</summary>
    public required string ReproduceCommand { get; init; }

    /// <summary>Bytes per second.</summary>
    public required ReportInterval Goodput { get; init; }

    /// <summary>Bytes per second of each seed, in order of the seeds.</summary>
    public IReadOnlyList<double> SeedGoodputs { get; init; } = [];

    /// <summary>Latencies of all seeds together, ms, in any order; empty if the workload has none.</summary>
    public IReadOnlyList<double> LatenciesMs { get; init; } = [];

    /// <summary>Percentiles of them; null if there are none.</summary>
    public ReportLatency? Latency { get; init; }

    /// <summary>Mean over the seeds, s.</summary>
    public double CompletionSeconds { get; init; }

    /// <summary>Application bytes delivered, all seeds together.</summary>
    public long DeliveredBytes { get; init; }

    /// <summary>Bytes on the wire, all seeds together.</summary>
    public required WireMetrics Wire { get; init; }

    /// <summary>Bytes on the wire for each byte delivered; infinite if none was.</summary>
    public required double WireRatio { get; init; }

    /// <summary>All seeds together.</summary>
    public required RetransmitMetrics Retransmits { get; init; }

    /// <summary>All seeds together.</summary>
    public required FecMetrics Fec { get; init; }

    /// <summary>Means over the seeds.</summary>
    public required StallMetrics Stalls { get; init; }

    /// <summary>Every seed finished, and every byte was right.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Why not, in one line.</summary>
    public string? Failure { get; init; }
}

/// <summary>A mean and its confidence interval; the three are equal when there is one seed.</summary>
public readonly record struct ReportInterval(double Mean, double Low, double High);

/// <summary>Percentiles, ms.</summary>
public sealed record ReportLatency(double P50, double P90, double P95, double P99, double Max)
{
    /// <summary>Percentiles by nearest rank: each is one of the samples. Null without samples.</summary>
    public static ReportLatency? From(IReadOnlyCollection<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        return sorted.Length == 0
            ? null
            : new ReportLatency(Rank(50), Rank(90), Rank(95), Rank(99), sorted[^1]);

        double Rank(int percent) => sorted[(((sorted.Length * percent) + 99) / 100) - 1];
    }
}
