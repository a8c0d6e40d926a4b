using ScottPlot;
using ScottPlot.MultiplotLayouts;
using ScottPlot.TickGenerators;

namespace KcpTun.Sim.BadLinks;

/// <summary>
/// Sweeps as one picture, a panel for each parameter: by how much the measures get better or worse than with the
/// default, so that one that is well chosen has its lines below zero to its left and right.
/// </summary>
internal static class ParameterSweepPlot
{
    private const int Columns = 2;
    private const int PanelWidth = 620;
    private const int PanelHeight = 460;

    /// <summary>Percent; beyond it, a line leaves its panel.</summary>
    private const double MostShown = 50;

    /// <returns>A PNG file.</returns>
    public static byte[] Render(IReadOnlyList<SweptParameter> results)
    {
        int columns = Math.Min(Columns, results.Count);
        int rows = (results.Count + columns - 1) / columns;
        Multiplot multiplot = new();
        multiplot.Subplots.RemoveAt(0);
        foreach (SweptParameter result in results)
            multiplot.AddPlot(Draw(result));
        multiplot.Layout = new Grid(rows, columns);
        return multiplot.Render(columns * PanelWidth, rows * PanelHeight).GetImageBytes(ImageFormat.Png);
    }

    private static Plot Draw(SweptParameter result)
    {
        ParameterSweep sweep = result.Sweep;
        Plot plot = new();
        double[] places = [.. Enumerable.Range(0, sweep.Values.Count).Select(index => (double)index)];
        plot.Add.VerticalLine(sweep.DefaultIndex, 1, Colors.Gray, LinePattern.Dashed);
        plot.Add.HorizontalLine(0, 1, Colors.Gray, LinePattern.Solid);
        foreach ((int index, SweptMeasure measure) in result.Measures.Index())
        {
            double[] gains =
            [
                .. measure.Gains.Select(gain => Math.Clamp((gain - 1) * 100, -2 * MostShown, 2 * MostShown)),
            ];
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(places, gains);
            line.LineWidth = 2;
            line.Color = Reports.PngReport.Colour(index);
            line.LegendText = measure.Name;
        }

        plot.Axes.Bottom.TickGenerator = new NumericManual(places, [.. sweep.Values.Select(value => $"{value}")]);
        plot.XLabel($"{sweep.Name}, {sweep.Unit}");
        plot.YLabel("better than the default, %");
        IEnumerable<double> shown = result.Measures.SelectMany(measure => measure.Gains)
            .Select(gain => Math.Clamp((gain - 1) * 100, -MostShown, MostShown));
        plot.Axes.SetLimitsY(Math.Min(shown.Min() * 1.1, -5), Math.Max(shown.Max() * 1.1, 5));
        plot.ShowLegend(Edge.Bottom);
        plot.Legend.Orientation = Orientation.Vertical;
        return plot;
    }
}
