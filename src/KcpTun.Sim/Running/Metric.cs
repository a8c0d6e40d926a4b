using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Running;

/// <summary>What a metric counts in.</summary>
public enum MetricUnit
{
    /// <summary>Bytes a second; compared with rates such as <c>8mbit</c> or <c>1MBps</c>.</summary>
    Rate,

    /// <summary>Virtual ns; compared with times such as <c>200ms</c>.</summary>
    Time,

    /// <summary>Bytes; compared with sizes such as <c>4MiB</c>.</summary>
    Size,

    /// <summary>A plain number.</summary>
    Number,

    /// <summary>A fraction of one; compared with percentages such as <c>99%</c>.</summary>
    Share,
}

/// <summary>What is better.</summary>
public enum MetricDirection
{
    Higher,
    Lower,
    Neither,
}

/// <summary>Something that is measured, under the name that assertions, tables and CSV share.</summary>
/// <param name="Name">As in <c>latency.p99</c>.</param>
/// <param name="Unit">What values count in.</param>
/// <param name="Better">Which way is better.</param>
/// <param name="Help">One line.</param>
/// <param name="Read">The value for a group of runs; null where there is none.</param>
public sealed record Metric(
    string Name, MetricUnit Unit, MetricDirection Better, string Help, Func<RunGroup, double?> Read)
{
    public static Metric Goodput { get; } = new(
        "goodput", MetricUnit.Rate, MetricDirection.Higher, "application bytes a second, of bulk transfers",
        group => group.Goodput);

    public static Metric LatencyP99 { get; } = Latency("p99", 990, "99 of 100 latencies are shorter");

    public static Metric Wire { get; } = new(
        "wire", MetricUnit.Number, MetricDirection.Lower, "bytes on the wire for each byte delivered",
        group => group.Ratio(run => run.Wire.Bytes, run => run.DeliveredBytes));

    /// <summary>Every metric.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        Goodput,
        new("completion", MetricUnit.Time, MetricDirection.Lower, "mean time to the end of a bulk transfer",
            group => group.Completion),
        Latency("p50", 500, "median latency"),
        Latency("p90", 900, "90 of 100 latencies are shorter"),
        Latency("p95", 950, "95 of 100 latencies are shorter"),
        LatencyP99,
        Latency("max", 1000, "longest latency"),
        Wire,
        Count("retransmits", MetricDirection.Lower, "segments sent again", run => run.Retransmits.Total),
        Count("retransmits.timeout", MetricDirection.Lower, "because a timer ran out", run => run.Retransmits.Timeout),
        Count("retransmits.fast", MetricDirection.Neither, "because later ones arrived", run => run.Retransmits.Fast),
        Count("retransmits.early", MetricDirection.Neither, "because nothing else was left",
            run => run.Retransmits.Early),
        Count("retransmits.spurious", MetricDirection.Lower, "although nothing was lost",
            run => run.Retransmits.Spurious),
        Count("fec.parity", MetricDirection.Neither, "parity packets sent", run => run.Fec.Parity),
        Count("fec.recovered", MetricDirection.Higher, "packets rebuilt from parity", run => run.Fec.Recovered),
        Count("fec.useless", MetricDirection.Lower, "rebuilt packets that had come before", run => run.Fec.Useless),
        Count("fec.late", MetricDirection.Neither, "packets that came after they were rebuilt", run => run.Fec.Late),
        new("hol", MetricUnit.Time, MetricDirection.Lower, "received data waited for earlier data, a second of run",
            group => group.Ratio(run => run.Stalls.HeadOfLine, run => run.Duration) * SimTime.Second),
        new("stall.window", MetricUnit.Time, MetricDirection.Lower, "data waited for a window, a second of run",
            group => group.Ratio(run => run.Stalls.Window, run => run.Duration) * SimTime.Second),
        new("queue.max", MetricUnit.Time, MetricDirection.Lower, "longest wait in the bottleneck's queue",
            group => group.Max(run => run.Stalls.MaxQueueDelay)),
        new("queue.mean", MetricUnit.Time, MetricDirection.Lower, "mean wait in the bottleneck's queue",
            group => (double)group.Sum(run => run.Stalls.MeanQueueDelay) / group.Runs.Count),
        new("deadline.missed", MetricUnit.Share, MetricDirection.Lower, "messages that came after their deadline",
            group => group.Ratio(run => run.Deadlines.Missed, run => run.Deadlines.Total)),
        new("share", MetricUnit.Share, MetricDirection.Neither, "the first flow's part of all bytes when one has ended",
            group => group.Ratio(
                run => run.BytesAtFirstEnd is [var first, ..] ? first : 0, run => run.BytesAtFirstEnd.Sum())),
        new("memory", MetricUnit.Size, MetricDirection.Lower, "most memory both ends held",
            group => group.Max(run => run.Stalls.PeakMemory)),
        new("complete", MetricUnit.Share, MetricDirection.Higher, "runs that finished with every byte right",
            group => (double)group.Sum(run => run.IsComplete ? 1 : 0) / group.Runs.Count),
    ];

    /// <summary>The metric of that name, or null.</summary>
    public static Metric? ByName(string name) => All.FirstOrDefault(metric => metric.Name == name);

    /// <summary>Reads a value in the metric's unit, as in <c>8mbit</c> for a rate.</summary>
    public bool TryParseValue(string text, out double value)
    {
        value = 0;
        switch (Unit)
        {
            case MetricUnit.Rate when Units.TryRate(text, out long bits):
                value = bits / 8.0;
                return true;
            case MetricUnit.Time when Units.TryDuration(text, 0, out long time):
                value = time;
                return true;
            case MetricUnit.Size when Units.TrySize(text, out long size):
                value = size;
                return true;
            case MetricUnit.Number when Units.TryNumber(text, out decimal number):
                value = (double)number;
                return true;
            case MetricUnit.Share when Units.TryPercent(text, out Probability share):
                value = share.Value;
                return true;
            default:
                return false;
        }
    }

    /// <summary>How values of the unit are written.</summary>
    public string UnitHelp => Unit switch
    {
        MetricUnit.Rate => "a rate such as 8mbit or 1MBps",
        MetricUnit.Time => "a time such as 200ms",
        MetricUnit.Size => "a size such as 4MiB",
        MetricUnit.Share => "a percentage such as 99%",
        _ => "a number such as 1.5",
    };

    private static Metric Latency(string name, int perMille, string help) =>
        new($"latency.{name}", MetricUnit.Time, MetricDirection.Lower, help, group => group.Latency(perMille));

    private static Metric Count(string name, MetricDirection better, string help, Func<RunResult, long> part) =>
        new(name, MetricUnit.Number, better, help, group => group.Sum(part));
}
