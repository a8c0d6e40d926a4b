using System.Globalization;
using System.Text;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>Comma-separated values (RFC 4180), one line for each variant or cell.</summary>
internal sealed class CsvText
{
    private readonly StringBuilder _text = new();

    /// <param name="names">Columns that say what the line is about.</param>
    public CsvText(IEnumerable<string> names)
    {
        IEnumerable<string> metrics = Metric.All.Select(Column).SelectMany(name => new[] { name, $"{name}_ci95" });
        Line([.. names, "seeds", .. metrics]);
    }

    /// <param name="cells">What the line is about.</param>
    /// <param name="result">The metrics' means over seeds.</param>
    public void Add(IEnumerable<string> cells, VariantResult result)
    {
        List<string> values = [.. cells, result.Seeds.Count.ToString(CultureInfo.InvariantCulture)];
        foreach (Metric metric in Metric.All)
        {
            Estimate? estimate = result.Estimate(metric);
            values.Add(Number(estimate?.Mean * Figures.ScaleOf(metric)));
            values.Add(Number(estimate?.HalfWidth * Figures.ScaleOf(metric)));
        }

        Line(values);
    }

    public override string ToString() => _text.ToString();

    private static string Column(Metric metric)
    {
        string unit = Figures.UnitOf(metric).Replace("/", "p", StringComparison.Ordinal);
        string name = metric.Name.Replace('.', '_');
        return unit switch { "" => name, "%" => $"{name}_percent", _ => $"{name}_{unit}" };
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private void Line(IReadOnlyList<string> cells) => _text.AppendJoin(',', cells.Select(Quote)).Append('\n');

    private static string Quote(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
