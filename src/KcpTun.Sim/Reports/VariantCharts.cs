using System.Text;

namespace KcpTun.Sim.Reports;

/// <summary>The charts that compare variants.</summary>
internal static class VariantCharts
{
    public const string LatencyId = "latency";

    public const double LatencyLeft = 44;
    public const double LatencyRight = SvgChart.Width - 14;
    public const double LatencyTop = 8;
    public const double LatencyBottom = 270;

    /// <summary>Points of a distribution, at equal shares of the samples.</summary>
    public const int DistributionPoints = 200;

    private const double RowHeight = 30;
    private const double LabelWidth = 128;
    private const double ValueWidth = 78;
    private const double AxisHeight = 40;
    private const double Margin = 8;
    private const int LabelLength = 19;

    /// <summary>Bars with confidence intervals, and a dot for each seed.</summary>
    public static void Goodput(MarkupWriter markup, IReadOnlyList<ReportVariant> variants)
    {
        double max = variants.Max(variant => Math.Max(variant.Goodput.Mean, variant.Goodput.High));
        (double factor, string unit) = ReportText.RateUnit(max);
        AxisScale scale = AxisScale.FromZero(max / factor, 5);
        double bottom = Margin + (RowHeight * variants.Count);
        using MarkupWriter.Scope svg = SvgChart.Open(markup, "Goodput of each variant", bottom + AxisHeight, "goodput");
        SvgChart chart = Frame(markup, bottom);
        chart.XAxis(scale, $"goodput, {unit}");
        for (int i = 0; i < variants.Count; i++)
        {
            ReportVariant variant = variants[i];
            double top = Margin + (RowHeight * i);
            double middle = top + (RowHeight / 2);
            string value = ReportText.Figure(variant.Goodput.Mean / factor);
            string low = ReportText.Figure(variant.Goodput.Low / factor);
            string high = ReportText.Figure(variant.Goodput.High / factor);
            double end = chart.X(scale, variant.Goodput.Mean / factor);
            double lowEnd = chart.X(scale, variant.Goodput.Low / factor);
            double highEnd = chart.X(scale, variant.Goodput.High / factor);
            string style = $"bar {SvgChart.Series(i)}{(variant.IsComplete ? "" : " failed")}";
            chart.Label("name end", LabelWidth - 8, middle + 4, variant.Name, LabelLength);
            string title = $"{variant.Name}: {value} {unit} ({low} to {high})";
            chart.Rectangle(style, LabelWidth, top + 5, end - LabelWidth, RowHeight - 10, title);
            chart.Line("whisker", lowEnd, middle, highEnd, middle);
            chart.Line("whisker", lowEnd, middle - 5, lowEnd, middle + 5);
            chart.Line("whisker", highEnd, middle - 5, highEnd, middle + 5);
            foreach (double seed in variant.SeedGoodputs.Select(goodput => goodput / factor))
                chart.Dot("seed", chart.X(scale, seed), middle, 2, $"one seed: {ReportText.Figure(seed)} {unit}");
            chart.Text("value", Math.Max(end, highEnd) + 6, middle + 4, variant.IsComplete ? value : $"{value}, failed");
        }
    }

    /// <summary>Which share of the requests was answered within a time.</summary>
    public static void Latency(MarkupWriter markup, IReadOnlyList<ReportVariant> variants)
    {
        AxisScale times = LatencyScale(variants);
        AxisScale shares = AxisScale.FromZero(100, 5);
        using MarkupWriter.Scope svg =
            SvgChart.Open(markup, "Distribution of latencies", LatencyBottom + AxisHeight, LatencyId);
        var chart = new SvgChart(markup, LatencyLeft, LatencyTop, LatencyRight, LatencyBottom);
        chart.YAxis(shares, share => $"{ReportText.Figure(share)} %");
        chart.XAxis(times, times.IsLogarithmic ? "latency, ms (logarithmic)" : "latency, ms");
        for (int i = 0; i < variants.Count; i++)
        {
            double[] points = Distribution(variants[i].LatenciesMs);
            if (points.Length == 0)
                continue;
            var path = new StringBuilder();
            for (int k = 0; k < points.Length; k++)
            {
                string x = ReportText.Pixels(chart.X(times, points[k]));
                string y = ReportText.Pixels(chart.Y(shares, Share(k, points.Length)));
                path.Append(k == 0 ? $"M{x} {ReportText.Pixels(chart.Bottom)}V{y}" : $"H{x}V{y}");
            }

            chart.Path($"line {SvgChart.Series(i)} v{i}", path.ToString(), variants[i].Name);
        }
    }

    /// <summary>Bytes on the wire for each byte delivered, by what they are for.</summary>
    public static void Wire(MarkupWriter markup, IReadOnlyList<ReportVariant> variants)
    {
        double max = variants.Where(variant => variant.DeliveredBytes > 0).Select(Total).DefaultIfEmpty(1).Max();
        AxisScale scale = AxisScale.FromZero(max, 5);
        double bottom = Margin + (RowHeight * variants.Count);
        using MarkupWriter.Scope svg = SvgChart.Open(markup, "Bytes on the wire", bottom + AxisHeight, "wire");
        SvgChart chart = Frame(markup, bottom);
        chart.XAxis(scale, "bytes on the wire for each byte delivered");
        for (int i = 0; i < variants.Count; i++)
        {
            ReportVariant variant = variants[i];
            double top = Margin + (RowHeight * i);
            double middle = top + (RowHeight / 2);
            double sum = 0;
            chart.Label("name end", LabelWidth - 8, middle + 4, variant.Name, LabelLength);
            for (int part = 0; part < WirePart.All.Count && variant.DeliveredBytes > 0; part++)
            {
                long bytes = WirePart.All[part].Bytes(variant.Wire);
                double share = (double)bytes / variant.DeliveredBytes;
                double x = chart.X(scale, sum);
                sum += share;
                string title = $"{WirePart.All[part].Name}: {ReportText.Figure(share)} ({ReportText.Bytes(bytes)})";
                if (bytes > 0)
                    chart.Rectangle(SvgChart.Part(part), x, top + 5, chart.X(scale, sum) - x, RowHeight - 10, title);
            }

            string text = variant.DeliveredBytes > 0 ? ReportText.Figure(variant.WireRatio) : "nothing delivered";
            chart.Text("value", chart.X(scale, sum) + 6, middle + 4, text);
        }

        static double Total(ReportVariant variant) => (double)variant.Wire.Bytes / variant.DeliveredBytes;
    }

    /// <summary>The time axis of the distributions; there must be samples.</summary>
    public static AxisScale LatencyScale(IReadOnlyList<ReportVariant> variants)
    {
        double[] all = [.. variants.SelectMany(variant => variant.LatenciesMs)];
        return AxisScale.For(all.Min(), all.Max(), 6);
    }

    /// <summary>The samples in order, thinned evenly; the first and the last stay.</summary>
    public static double[] Distribution(IReadOnlyCollection<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        if (sorted.Length <= DistributionPoints)
            return sorted;
        double[] points = new double[DistributionPoints];
        for (int i = 0; i < points.Length; i++)
            points[i] = sorted[(long)i * (sorted.Length - 1) / (points.Length - 1)];
        return points;
    }

    /// <summary>Percentage of the samples that are at most the k-th of so many points.</summary>
    private static double Share(int k, int count) => 100.0 * (k + 1) / count;

    private static SvgChart Frame(MarkupWriter markup, double bottom) =>
        new(markup, LabelWidth, Margin, SvgChart.Width - ValueWidth, bottom);
}
