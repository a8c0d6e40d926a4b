namespace KcpTun.Sim.Reports;

/// <summary>The table of a report: a row for each variant.</summary>
internal static class SummaryTable
{
    public static void Write(MarkupWriter markup, IReadOnlyList<ReportVariant> variants)
    {
        double max = variants.Max(variant => variant.Goodput.Mean);
        Column[] columns = Columns(ReportText.RateUnit(max));
        using (markup.Open("div", ("class", "scroll")))
        using (markup.Open("table"))
        {
            using (markup.Open("thead"))
            using (markup.Open("tr"))
            {
                markup.Leaf("th", "variant", ("scope", "col"));
                foreach (Column column in columns)
                    markup.Leaf("th", column.Name, ("scope", "col"), ("title", column.Meaning));
            }

            using (markup.Open("tbody"))
            {
                for (int i = 0; i < variants.Count; i++)
                    WriteRow(markup, variants[i], i, columns);
            }
        }
    }

    private static void WriteRow(MarkupWriter markup, ReportVariant variant, int index, Column[] columns)
    {
        using (markup.Open("tr"))
        {
            using (markup.Open("th", ("scope", "row")))
            {
                markup.Leaf("span", "", ("class", $"swatch {SvgChart.Series(index)}"));
                markup.Leaf("span", variant.Name);
                markup.Leaf("button", "copy", ("type", "button"), ("data-copy", variant.ReproduceCommand));
                markup.Leaf("div", variant.Flags, ("class", "flags"));
                if (!variant.IsComplete)
                    markup.Leaf("div", variant.Failure ?? "did not finish", ("class", "failure"));
            }

            foreach (Column column in columns)
                markup.Leaf("td", column.Text(variant));
        }
    }

    private static Column[] Columns((double Factor, string Unit) rate) =>
    [
        new(
            $"goodput, {rate.Unit}",
            "mean over the seeds, and half its confidence interval",
            variant => Goodput(variant, rate.Factor)),
        new("finished, s", "mean time to the end of the workload", one => ReportText.Figure(one.CompletionSeconds)),
        Percentile("p50, ms", latency => latency.P50),
        Percentile("p90, ms", latency => latency.P90),
        Percentile("p95, ms", latency => latency.P95),
        Percentile("p99, ms", latency => latency.P99),
        Percentile("max, ms", latency => latency.Max),
        new("wire ratio", "bytes on the wire for each byte delivered", one => ReportText.Figure(one.WireRatio)),
        new("sent again", "segments sent more than once", one => ReportText.Count(one.Retransmits.Total)),
        new("timeout/fast/early", "why they were sent again", Causes),
        new("spurious", "sent again although an earlier one arrived", one => ReportText.Count(one.Retransmits.Spurious)),
        new("FEC recovered", "packets rebuilt from parity", one => ReportText.Count(one.Fec.Recovered)),
        new("useless/late", "rebuilt in vain; arrived after they had been rebuilt", InVain),
        new("blocked, s", "time data waited for a missing segment", one => ReportText.Seconds(one.Stalls.HeadOfLine)),
        new("window full, s", "time data waited for a window", one => ReportText.Seconds(one.Stalls.Window)),
        new("queue, ms", "mean and longest wait behind the tunnel's own datagrams", Queue),
        new("memory", "most that both ends held", one => ReportText.Bytes(one.Stalls.PeakMemory)),
    ];

    private static Column Percentile(string name, Func<ReportLatency, double> select) => new(
        name,
        "latency of the workload's requests",
        variant => variant.Latency is { } latency ? ReportText.Figure(select(latency)) : ReportText.None);

    private static string Goodput(ReportVariant variant, double factor)
    {
        string mean = ReportText.Figure(variant.Goodput.Mean / factor);
        double half = (variant.Goodput.High - variant.Goodput.Low) / 2 / factor;
        return half > 0 ? $"{mean} \u00B1 {ReportText.Figure(half)}" : mean;
    }

    private static string Causes(ReportVariant variant)
    {
        string timeout = ReportText.Count(variant.Retransmits.Timeout);
        string fast = ReportText.Count(variant.Retransmits.Fast);
        return $"{timeout}/{fast}/{ReportText.Count(variant.Retransmits.Early)}";
    }

    private static string InVain(ReportVariant variant) =>
        $"{ReportText.Count(variant.Fec.Useless)}/{ReportText.Count(variant.Fec.Late)}";

    private static string Queue(ReportVariant variant)
    {
        string mean = ReportText.Milliseconds(variant.Stalls.MeanQueueDelay);
        return $"{mean}, {ReportText.Milliseconds(variant.Stalls.MaxQueueDelay)}";
    }

    private sealed record Column(string Name, string Meaning, Func<ReportVariant, string> Text);
}
