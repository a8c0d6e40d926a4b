using ScottPlot;
using ScottPlot.TickGenerators;

namespace KcpTun.Bench.Reports;

/// <summary>How far each goal is reached, as a picture: bars right of the line are goals met.</summary>
internal static class ReportChart
{
    private const int Width = 1600;
    private const int Margin = 160;
    private const int RowHeight = 26;

    // Bars end there: what is far better or worse needs no more room.
    private const double Most = 20;
    private const double Least = 0.05;

    // The palette of Okabe and Ito, which colour-blind people tell apart.
    private static readonly Color[] s_colours =
        [Color.FromHex("#0072b2"), Color.FromHex("#d55e00"), Color.FromHex("#009e73"), Color.FromHex("#e69f00")];

    /// <returns>A PNG file.</returns>
    public static byte[] Render(IReadOnlyList<Verdict> verdicts)
    {
        Verdict[] shown = [.. verdicts.Where(verdict => verdict is { Figure.Goal: not null, Judged: not null })];
        string[] builds = [.. shown.Select(verdict => verdict.Subject.Build ?? "").Distinct()];
        var plot = new Plot();
        var labels = new List<string>();
        for (int i = 0; i < shown.Length; i++)
        {
            Goal goal = shown[i].Figure.Goal!;
            double judged = shown[i].Judged!.Value;
            plot.Add.Bar(new Bar
            {
                Position = -i,
                Value = Position(goal.Attainment(judged)),
                ValueBase = 0,
                FillColor = s_colours[Array.IndexOf(builds, shown[i].Subject.Build ?? "") % s_colours.Length],
                LineWidth = 0,
                Orientation = Orientation.Horizontal,
                Size = 0.7,
                Label = $"{(goal.IsRatio ? "×" : "")}{ReportMarkdown.Number(judged)}",
                CenterLabel = false,
            });
            labels.Add($"{shown[i].Figure.Title} {goal}");
        }

        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, shown.Length).Select(i => (double)-i)], [.. labels]);
        double[] ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. ticks.Select(Math.Log10)], [.. ticks.Select(tick => $"{tick}")]);
        plot.Axes.SetLimits(Math.Log10(Least) - 0.1, Math.Log10(Most) + 0.2, -shown.Length, 1);
        plot.Add.VerticalLine(0, width: 2, color: Colors.Black);
        foreach ((string build, Color colour) in builds.Zip(s_colours))
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = build, FillColor = colour });
        plot.ShowLegend(Alignment.LowerRight);
        plot.Title("How far each goal is reached: 1 is the goal, more is better");
        plot.XLabel("goal reached so many times");
        return plot.GetImage(Width, Margin + (RowHeight * shown.Length)).GetImageBytes(ImageFormat.Png);
    }

    private static double Position(double attainment) => Math.Log10(Math.Clamp(attainment, Least, Most));
}
