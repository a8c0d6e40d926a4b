using System.Globalization;
using System.Text;
using System.Text.Json;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.Validate;

/// <summary>The table that sets measured medians beside predicted ones.</summary>
internal sealed class ValidateReport(ValidateSettings settings, IReadOnlyList<PointResult> results)
{
    private const double Tolerance = 0.15;

    private static readonly (string Name, string Format, Func<RunFigures, double?> Read)[] s_figures =
    [
        ("goodput MB/s", "0.00", figures => figures.Goodput / 1e6),
        ("p50 ms", "0", figures => figures.P50),
        ("p95 ms", "0", figures => figures.P95),
    ];

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{Machine.Describe()}; load average at the end {Machine.Load}. "
                + $"{settings.Runs} real runs, {settings.Seeds} simulated; medians. × is measured over predicted; "
                + $"**bold** is off by more than {Tolerance:P0}.").AppendLine();
        text.Append("| loss:rtt:mode:fec[:flags] | transfer |");
        string rule = "|---|---:|";
        foreach ((string name, _, _) in s_figures)
        {
            text.Append(CultureInfo.InvariantCulture, $" {name}: simulator |");
            text.Append(string.Concat(settings.Implementations.Select(i => $" {i.Name} |")));
            rule += "---:|" + string.Concat(settings.Implementations.Select(_ => "---:|"));
        }

        text.AppendLine().AppendLine(rule);
        foreach (PointResult result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {result.Point} | {result.BulkWorkload["bulk:".Length..]} |");
            foreach ((_, string format, Func<RunFigures, double?> read) in s_figures)
                text.Append(Cells(result, format, read));
            text.AppendLine();
        }

        return text.ToString();
    }

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(new
    {
        machine = Machine.Describe(),
        settings = new
        {
            settings.Runs,
            settings.Seeds,
            settings.Parallel,
            settings.BulkSeconds,
            Echo = settings.Echo.Text,
        },
        points = results.Select(result => new
        {
            point = result.Point.ToString(),
            flags = string.Join(' ', result.Point.Flags),
            workloads = new[] { result.BulkWorkload, result.EchoWorkload },
            predicted = result.Predicted,
            real = result.Real,
        }),
        quantiles = RunFigures.Quantiles,
    });

    private string Cells(PointResult result, string format, Func<RunFigures, double?> read)
    {
        double predicted = Statistics.Median(result.Predicted.Select(read).OfType<double>());
        var text = new StringBuilder($" {predicted.ToString(format, CultureInfo.InvariantCulture)} |");
        foreach (string ends in settings.Implementations.Select(end => new Pair(end, end).ToString()))
        {
            double measured = Statistics.Median(result.Real
                .Where(run => run.Ends == ends)
                .Select(run => read(run.Figures))
                .OfType<double>());
            double ratio = measured / predicted;
            string mark = Math.Abs(ratio - 1) > Tolerance ? "**" : "";
            string figure = measured.ToString(format, CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $" {mark}{figure} ×{ratio:0.00}{mark} |");
        }

        return text.ToString();
    }
}
