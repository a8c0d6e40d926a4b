using KcpTun.Sim.Running;

namespace KcpTun.Sim.Sweeps;

/// <summary>
/// What every cell of a sweep has to fulfil, as in <c>goodput.p50 > 8mbit</c>: a metric, how its values over seeds
/// become one (mean, min, max, p5, p50, p95; the mean if nothing is said), a comparison and a value.
/// </summary>
public sealed class SweepAssertion
{
    private static readonly string[] s_operators = ["<=", ">=", "<", ">"];

    private static readonly string[] s_aggregates = ["mean", "min", "max", "p5", "p50", "p95"];

    private readonly string _text;
    private readonly Metric _metric;
    private readonly string _aggregate;
    private readonly string _operator;
    private readonly double _bound;

    private SweepAssertion(string text, Metric metric, string aggregate, string comparison, double bound)
    {
        _text = text;
        _metric = metric;
        _aggregate = aggregate;
        _operator = comparison;
        _bound = bound;
    }

    /// <summary>What is measured.</summary>
    public Metric Metric => _metric;

    /// <param name="text">As given.</param>
    /// <param name="assertion">The assertion, or null.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryParse(string text, out SweepAssertion? assertion)
    {
        assertion = null;
        string? comparison = s_operators.FirstOrDefault(sign => text.Contains(sign, StringComparison.Ordinal));
        if (comparison is null)
            return $"--assert {text}: write METRIC < VALUE or METRIC > VALUE, as in \"goodput.p50 > 8mbit\"";
        string[] sides = text.Split(comparison, 2);
        string name = sides[0].Trim();
        string value = sides[1].Trim();
        string aggregate = "mean";
        Metric? metric = Metric.ByName(name);
        int dot = name.LastIndexOf('.');
        if (metric is null && dot > 0)
        {
            aggregate = name[(dot + 1)..];
            metric = Metric.ByName(name[..dot]);
        }

        if (metric is null)
            return $"--assert {text}: no metric {name}; kcptun-sim list metrics prints them";
        if (!s_aggregates.Contains(aggregate))
            return $"--assert {text}: no {aggregate}; use one of {string.Join(", ", s_aggregates)}";
        if (!metric.TryParseValue(value, out double bound))
            return $"--assert {text}: {metric.Name} is compared with {metric.UnitHelp}";
        assertion = new SweepAssertion(text, metric, aggregate, comparison, bound);
        return null;
    }

    /// <summary>The value that counts; null if no seed has one.</summary>
    public double? ValueOf(CellResult cell)
    {
        double[] values = [.. cell.Result.Values(_metric)];
        if (values.Length == 0)
            return null;
        Array.Sort(values);
        return _aggregate switch
        {
            "min" => values[0],
            "max" => values[^1],
            "p5" => Statistics.Percentile(values.AsSpan(), 50),
            "p50" => Statistics.Percentile(values.AsSpan(), 500),
            "p95" => Statistics.Percentile(values.AsSpan(), 950),
            _ => Statistics.Mean(values).Mean,
        };
    }

    /// <summary>Whether the cell fulfils it; one without a value does not.</summary>
    public bool Holds(CellResult cell) => ValueOf(cell) is { } value && _operator switch
    {
        "<" => value < _bound,
        "<=" => value <= _bound,
        ">" => value > _bound,
        _ => value >= _bound,
    };

    public override string ToString() => _text;
}
