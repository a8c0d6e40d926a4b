using ScottPlot;
using ScottPlot.MultiplotLayouts;
using ScottPlot.TickGenerators;

namespace KcpTun.Sim.Reports;

/// <summary>The charts of a report as one picture, for places that show no HTML.</summary>
public static class PngReport
{
    /// <summary>Pixels.</summary>
    public const int Width = 1600;

    /// <summary>Pixels.</summary>
    public const int Height = 900;

    private const int GridRows = 12;
    private const double DotsFrom = 40;

    // The palette of Okabe and Ito, as in the style sheet.
    private static readonly Color[] s_colours =
    [
        Color.FromHex("#0072b2"), Color.FromHex("#d55e00"), Color.FromHex("#009e73"), Color.FromHex("#e69f00"),
        Color.FromHex("#b0568c"), Color.FromHex("#56b4e9"), Color.FromHex("#444b54"), Color.FromHex("#9c8f00"),
    ];

    private static readonly LinePattern[] s_patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted];

    /// <returns>A PNG file of <see cref="Width"/> by <see cref="Height"/> pixels.</returns>
    public static byte[] Render(ReportModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        List<Plot> upper = [];
        if (model.Variants.Any(variant => variant.Goodput is not null))
            upper.Add(Goodput(model.Variants));
        if (model.Variants.Any(variant => variant.LatenciesMs.Count > 0))
            upper.Add(Latency(model.Variants));
        Plot? lower = model.Sweep is null ? null : SweepPlot.Draw(model.Sweep, Colour);

        var multiplot = new Multiplot();
        multiplot.Subplots.RemoveAt(0);
        var layout = new CustomGrid();
        int body = GridRows - 1;
        int split = lower is null ? body : upper.Count == 0 ? 0 : body / 2;
        Place(Header(model), 0, 1, 0, 1);
        for (int i = 0; i < upper.Count; i++)
            Place(upper[i], 1, split, i, upper.Count);
        if (lower is not null)
            Place(lower, 1 + split, body - split, 0, 1);
        multiplot.Layout = layout;
        return multiplot.Render(Width, Height).GetImageBytes(ImageFormat.Png);

        void Place(Plot plot, int row, int rows, int column, int columns)
        {
            multiplot.AddPlot(plot);
            layout.Set(plot, new GridCell(row, column, GridRows, columns, rows, 1));
        }
    }

    internal static Color Colour(int index) => s_colours[index % s_colours.Length];

    private static Plot Header(ReportModel model)
    {
        var plot = new Plot();
        plot.Layout.Frameless();
        plot.HideGrid();
        plot.HideAxesAndGrid();
        string facts = $"{model.Link}; {model.Workload}; seeds {model.Seeds}; trace {model.TraceHash}";
        ScottPlot.Plottables.Annotation text = plot.Add.Annotation($"{model.Title}\n{facts}", Alignment.UpperLeft);
        text.LabelFontSize = 17;
        text.LabelBackgroundColor = Colors.Transparent;
        text.LabelBorderColor = Colors.Transparent;
        text.LabelShadowColor = Colors.Transparent;
        return plot;
    }

    private static Plot Goodput(IReadOnlyList<ReportVariant> variants)
    {
        var plot = new Plot();
        (double factor, string unit) = ReportText.RateUnit(variants.Max(variant => variant.Goodput?.High ?? 0));
        for (int i = 0; i < variants.Count; i++)
        {
            if (variants[i].Goodput is not { } goodput)
                continue;
            // The first variant is on top.
            var bar = new Bar
            {
                Position = -i,
                Value = goodput.Mean / factor,
                Error = (goodput.High - goodput.Low) / 2 / factor,
                FillColor = Colour(i),
                Orientation = Orientation.Horizontal,
                Size = 0.7,
            };
            plot.Add.Bar(bar);
        }

        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, variants.Count).Select(i => (double)-i)],
            [.. variants.Select(variant => variant.IsComplete ? variant.Name : $"{variant.Name} (failed)")]);
        plot.Axes.Margins(left: 0);
        plot.Title("Goodput");
        plot.XLabel(unit);
        return plot;
    }

    private static Plot Latency(IReadOnlyList<ReportVariant> variants)
    {
        var plot = new Plot();
        AxisScale scale = VariantCharts.LatencyScale(variants);
        for (int i = 0; i < variants.Count; i++)
        {
            double[] points = VariantCharts.Distribution(variants[i].LatenciesMs);
            if (points.Length == 0)
                continue;
            double[] xs = [.. points.Select(point => scale.IsLogarithmic ? Math.Log10(point) : point)];
            double[] ys = [.. Enumerable.Range(1, points.Length).Select(k => 100.0 * k / points.Length)];
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(xs, ys);
            line.ConnectStyle = ConnectStyle.StepVertical;
            line.MarkerSize = points.Length < DotsFrom ? 4 : 0;
            line.LineWidth = 2;
            line.LinePattern = s_patterns[i / s_colours.Length % s_patterns.Length];
            line.Color = Colour(i);
            line.LegendText = variants[i].Name;
        }

        if (scale.IsLogarithmic)
        {
            plot.Axes.Bottom.TickGenerator = new NumericManual(
                [.. scale.Ticks.Select(Math.Log10)], [.. scale.Ticks.Select(ReportText.Tick)]);
        }

        plot.Title("Latency");
        plot.XLabel("ms");
        plot.YLabel("answered within, %");
        plot.ShowLegend(Alignment.LowerRight);
        return plot;
    }
}
