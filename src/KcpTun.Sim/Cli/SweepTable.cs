using System.Globalization;
using KcpTun.Sim.Running;
using KcpTun.Sim.Sweeps;

namespace KcpTun.Sim.Cli;

/// <summary>What <c>sweep</c> and <c>merge</c> print at the end.</summary>
internal static class SweepTable
{
    private const int MaxRows = 200;

    private static readonly Metric[] s_metrics = [Metric.Goodput, Metric.LatencyP99, Metric.Wire];

    public static void Write(SimEnvironment environment, SweepResult result, SweepBaseline? baseline)
    {
        IEnumerable<string> axes = result.Plan.Axes.Select(axis => axis.Name);
        IEnumerable<string> changes = baseline is null ? [] : s_metrics.Select(metric => $"{Header(metric)} vs base");
        TextTable table = new(
            [.. axes, .. s_metrics.Select(Header), .. changes, "complete"], Math.Max(result.Plan.Axes.Count, 1));
        foreach (CellResult cell in result.Cells.Take(MaxRows))
            table.Add(Row(result, cell, baseline));
        table.Write(environment);
        TextWriter output = environment.Output;
        if (result.Cells.Count > MaxRows)
            output.Write($"and {result.Cells.Count - MaxRows} more cells: --csv FILE has them all\n");
        if (baseline is not null)
            output.Write($"base: {baseline}; differences of the same seeds, * where chance does not explain them\n");
        output.Write($"{result.Cells.Count} cells, trace hash {result.TraceHash}\n");
    }

    /// <summary>A line for each cell.</summary>
    public static string Csv(SweepResult result)
    {
        CsvText csv = new([.. result.Plan.Axes.Select(axis => axis.Name)]);
        foreach (CellResult cell in result.Cells)
            csv.Add(cell.Cell.Coordinates.Select(point => point.Value), cell.Result);
        return csv.ToString();
    }

    private static string[] Row(SweepResult result, CellResult cell, SweepBaseline? baseline)
    {
        CellResult? reference = baseline is null ? null : result.BaselineOf(cell, baseline);
        IEnumerable<string> changes = baseline is null
            ? []
            : s_metrics.Select(metric => reference is null
                ? Figures.None
                : Figures.Change(
                    cell.Result.Difference(metric, reference.Result), Figures.ScaleOf(metric), Decimals(metric)));
        RunGroup all = cell.Result.All;
        int done = all.Runs.Count(run => run.Result.IsComplete);
        string complete = done == all.Runs.Count
            ? "yes"
            : string.Create(CultureInfo.InvariantCulture, $"{done}/{all.Runs.Count}");
        return
        [
            .. cell.Cell.Coordinates.Select(point => point.Value),
            .. s_metrics.Select(metric => Value(cell.Result.Estimate(metric), metric)),
            .. changes,
            complete,
        ];
    }

    private static string Value(Estimate? estimate, Metric metric)
    {
        double scale = Figures.ScaleOf(metric);
        return Figures.WithInterval(estimate?.Mean * scale, estimate?.HalfWidth * scale, Decimals(metric));
    }

    private static int Decimals(Metric metric) => metric.Unit == MetricUnit.Time ? 0 : 2;

    private static string Header(Metric metric)
    {
        string name = metric == Metric.LatencyP99 ? "p99" : metric == Metric.Wire ? "wire/app" : metric.Name;
        return $"{name} {Figures.UnitOf(metric)}".TrimEnd();
    }
}
