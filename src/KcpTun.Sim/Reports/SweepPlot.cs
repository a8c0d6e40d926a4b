using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.TickGenerators;

namespace KcpTun.Sim.Reports;

/// <summary>
/// A sweep as a picture: the first metric, over the first two options a heat map of the best variant, over one option
/// lines. Further options are at their first values.
/// </summary>
internal static class SweepPlot
{
    private const int MaxLabelledCells = 240;

    public static Plot Draw(ReportSweep sweep, Func<int, Color> colour)
    {
        var plot = new Plot();
        ReportCell[] cells = [.. sweep.Cells.Where(cell => cell.Position.Skip(2).All(index => index == 0))];
        if (sweep.Axes.Count > 1)
            DrawGrid(plot, sweep, cells);
        else
            DrawLines(plot, sweep, cells, colour);
        plot.Axes.Bottom.TickGenerator = Ticks(sweep.Axes[0]);
        plot.XLabel(sweep.Axes[0].Name);
        string rest = string.Concat(sweep.Axes.Skip(2).Select(axis => $", {axis.Name} {axis.Values[0]}"));
        string what = sweep.Axes.Count > 1 ? "Best " : "";
        plot.Title($"{what}{sweep.Metrics[0].Name}{rest}");
        return plot;
    }

    private static void DrawGrid(Plot plot, ReportSweep sweep, ReportCell[] cells)
    {
        int columns = sweep.Axes[0].Values.Count;
        int rows = sweep.Axes[1].Values.Count;
        double[,] values = new double[rows, columns];
        for (int i = 0; i < values.Length; i++)
            values[i / columns, i % columns] = double.NaN;
        bool isLabelled = rows * columns <= MaxLabelledCells;
        foreach (IGrouping<(int X, int Y), ReportCell> place in cells.GroupBy(Place))
        {
            if (Best(place, sweep.Metrics[0].IsHigherBetter) is not { } best)
                continue;
            double value = best.Values[0]!.Value;
            // Row 0 is on top, and the smallest value of the option at the bottom.
            values[rows - 1 - place.Key.Y, place.Key.X] = value;
            if (isLabelled)
                Label(plot, place.Key, $"{ReportText.Figure(value)}\n{sweep.Variants[best.Variant]}");
        }

        bool isLogarithmic = MakeLogarithmic(values);
        ScottPlot.Plottables.Heatmap map = plot.Add.Heatmap(values);
        map.Colormap = sweep.Metrics[0].IsHigherBetter ? new Viridis() : new Reversed(new Viridis());
        map.NaNCellColor = Colors.LightGray;
        plot.MoveToBottom(map);
        string metric = sweep.Metrics[0].Name;
        plot.Add.ColorBar(map).Label = isLogarithmic ? $"{metric} (power of ten)" : metric;
        plot.Axes.Left.TickGenerator = Ticks(sweep.Axes[1]);
        plot.YLabel(sweep.Axes[1].Name);
        plot.Axes.Margins(0, 0);
        plot.HideGrid();

        static (int X, int Y) Place(ReportCell cell) => (cell.Position[0], cell.Position[1]);
    }

    private static void DrawLines(Plot plot, ReportSweep sweep, ReportCell[] cells, Func<int, Color> colour)
    {
        for (int variant = 0; variant < sweep.Variants.Count; variant++)
        {
            ReportCell[] points =
            [
                .. cells.Where(cell => cell.Variant == variant && cell.Values[0] is not null)
                    .OrderBy(cell => cell.Position[0]),
            ];
            if (points.Length == 0)
                continue;
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(
                points.Select(cell => (double)cell.Position[0]).ToArray(),
                points.Select(cell => cell.Values[0]!.Value).ToArray());
            line.LineWidth = 2;
            line.Color = colour(variant);
            line.LegendText = sweep.Variants[variant];
        }

        plot.YLabel(sweep.Metrics[0].Name);
        plot.ShowLegend(sweep.Metrics[0].IsHigherBetter ? Alignment.UpperRight : Alignment.UpperLeft);
    }

    /// <summary>Takes logarithms where the values span more than an order of magnitude.</summary>
    private static bool MakeLogarithmic(double[,] values)
    {
        double[] known = [.. values.Cast<double>().Where(double.IsFinite)];
        if (known.Length == 0 || known.Min() <= 0 || known.Max() / known.Min() <= 10)
            return false;
        for (int y = 0; y < values.GetLength(0); y++)
        {
            for (int x = 0; x < values.GetLength(1); x++)
                values[y, x] = Math.Log10(values[y, x]);
        }

        return true;
    }

    private static ReportCell? Best(IEnumerable<ReportCell> cells, bool isHigherBetter)
    {
        IEnumerable<ReportCell> known = cells.Where(cell => cell.Values[0] is { } value && double.IsFinite(value));
        return isHigherBetter ? known.MaxBy(cell => cell.Values[0]) : known.MinBy(cell => cell.Values[0]);
    }

    private static void Label(Plot plot, (int X, int Y) place, string text)
    {
        ScottPlot.Plottables.Text label = plot.Add.Text(text, place.X, place.Y);
        label.Alignment = Alignment.MiddleCenter;
        label.LabelFontSize = 12;
        // Readable on every colour of the map.
        label.LabelFontColor = Colors.Black;
        label.LabelBackgroundColor = Colors.White.WithAlpha(0.7);
    }

    private static NumericManual Ticks(ReportAxis axis) =>
        new([.. Enumerable.Range(0, axis.Values.Count).Select(i => (double)i)], [.. axis.Values]);
}
