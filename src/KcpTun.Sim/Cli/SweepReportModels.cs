using KcpTun.Sim.Plans;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Running;
using KcpTun.Sim.Sweeps;

namespace KcpTun.Sim.Cli;

/// <summary>What reports show of a sweep: heat maps, or the bars of an experiment where only variants differ.</summary>
internal static class SweepReportModels
{
    private static readonly string[] s_variantAxes = ["mode", "fec"];

    private static readonly string[] s_metrics =
        ["goodput", "latency.p50", "latency.p95", "latency.p99", "wire", "completion", "hol", "complete"];

    /// <param name="environment">Knows the engine.</param>
    /// <param name="result">At least one cell.</param>
    public static ReportModel Of(SimEnvironment environment, SweepResult result)
    {
        SweepPlan plan = result.Plan;
        ExperimentPlan first = result.Cells[0].Cell.Plan;
        string axes = string.Join(", ", plan.Axes.Select(axis => axis.Name));
        SweepAxis[] grid = [.. plan.Axes.Where(axis => !s_variantAxes.Contains(axis.Name))];
        bool isGrid = grid.Length > 0;
        return new ReportModel
        {
            Title = axes.Length > 0 ? $"kcptun over {axes}" : "kcptun",
            Command = $"kcptun-sim sweep {ShellWords.Join(plan.Arguments.ToWords())}",
            Link = isGrid ? $"{result.Cells.Count} cells; the first is {first.Path.Describe()}" : first.Path.Describe(),
            Workload = string.Join(" and ", first.Workloads.Select(workload => workload.Text)),
            Engine = ReportModels.EngineName(environment),
            Seeds = ExperimentTable.Seeds(plan.Arguments),
            TraceHash = result.TraceHash,
            Variants = isGrid
                ? []
                : [.. result.Cells.Select(cell =>
                    ReportModels.Of(cell.Cell.Plan, cell.Result, cell.Cell.Variant.Name))],
            Sweep = isGrid ? Grid(result, grid) : null,
        };
    }

    private static ReportSweep Grid(SweepResult result, SweepAxis[] axes)
    {
        Metric[] metrics =
        [
            .. s_metrics.Select(name => Metric.ByName(name)!)
                .Where(metric => result.Cells.Any(cell => cell.Result.Estimate(metric) is not null)),
        ];
        string[] variants = [.. result.Cells.Select(cell => cell.Cell.Variant.Name).Distinct()];
        return new ReportSweep
        {
            Axes = [.. axes.Select(axis => new ReportAxis(axis.Name, axis.Values))],
            Metrics = [.. metrics.Select(Named)],
            Variants = variants,
            Cells =
            [
                .. result.Cells.Select(cell => new ReportCell(
                    Array.IndexOf(variants, cell.Cell.Variant.Name),
                    [.. axes.Select(axis => PositionOf(cell.Cell, axis))],
                    [.. metrics.Select(metric => cell.Result.Estimate(metric)?.Mean * Figures.ScaleOf(metric))],
                    cell.Command)),
            ],
        };
    }

    private static ReportMetric Named(Metric metric)
    {
        string unit = Figures.UnitOf(metric);
        string name = unit.Length == 0 ? metric.Name : $"{metric.Name}, {unit}";
        return new ReportMetric(name, metric.Better == MetricDirection.Higher);
    }

    private static int PositionOf(SweepCell cell, SweepAxis axis)
    {
        string value = cell.Coordinates.First(point => point.Key == axis.Name).Value;
        return axis.Values.ToList().IndexOf(value);
    }
}
