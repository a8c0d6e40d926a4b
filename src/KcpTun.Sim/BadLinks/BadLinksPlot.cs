using ScottPlot;
using ScottPlot.TickGenerators;

namespace KcpTun.Sim.BadLinks;

/// <summary>The table as two pictures, one of latencies and one of goodput.</summary>
internal static class BadLinksPlot
{
    private const double BarWidth = 0.2;

    public static Plot Draw(IReadOnlyList<BadLinksRow> rows, Figure figure)
    {
        BadLinksRow[] shown = [.. rows.Where(row => Value(row.Auto, figure) > 0)];
        var plot = new Plot();
        Add("plain TCP", Colors.LightGray, 0, row => row.Tcp);
        Add("best stock mode", Colors.Gray, 1, row => row.Stock);
        Add("auto", Colors.SteelBlue, 2, row => row.Auto);
        Add("auto towards a stock peer", Colors.LightSteelBlue, 3, row => row.OneSided);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, shown.Length).Select(index => -(double)index)],
            [.. shown.Select(row => row.Link.Name)]);
        plot.XLabel(figure == Figure.Latency ? "p99, ms (less is better)" : "goodput, MB/s (more is better)");
        plot.ShowLegend(Alignment.LowerRight);
        return plot;

        void Add(string name, Color colour, int place, Func<BadLinksRow, LinkFigures> pick)
        {
            ScottPlot.Plottables.BarPlot bars = plot.Add.Bars(
                shown.Select((row, index) => new Bar
                {
                    Position = -index + ((1.5 - place) * BarWidth),
                    Value = Value(pick(row), figure),
                    Size = BarWidth,
                    FillColor = colour,
                    LineWidth = 0,
                }).ToArray());
            bars.Horizontal = true;
            bars.LegendText = name;
        }
    }

    private static double Value(LinkFigures figures, Figure figure) =>
        figure == Figure.Latency ? figures.P99 : figures.Goodput;
}
