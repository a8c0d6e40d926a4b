namespace KcpTun.Bench.Reports;

/// <summary>A figure of a subject against its goal.</summary>
/// <param name="Value">Median over the rounds; not a number where every round failed.</param>
/// <param name="Reference">Median of Go against itself; null where it was not measured.</param>
/// <param name="Ratios">Of each round that has both, in ascending order.</param>
/// <param name="Rounds">Rounds in which the subject was to be measured.</param>
/// <param name="Failures">Those in which it failed.</param>
internal sealed record Verdict(
    Figure Figure,
    Subject Subject,
    double Value,
    double? Reference,
    IReadOnlyList<double> Ratios,
    int Rounds,
    int Failures)
{
    /// <summary>Median of the ratios within rounds; null where there is none.</summary>
    public double? Ratio => Ratios.Count == 0 ? null : Statistics.Median(Ratios);

    /// <summary>What the goal is asked of; null where it was not measured.</summary>
    public double? Judged => Figure.Goal is { IsRatio: true } ? Ratio : double.IsNaN(Value) ? null : Value;

    /// <summary>Whether the goal is met, which a failure in any round denies; null where nobody asks.</summary>
    public bool? IsMet => Figure.Goal is not { } goal ? null
        : Failures > 0 ? false
        : Judged is { } judged ? goal.IsMetBy(judged)
        : null;

    /// <summary>Judges every figure of every subject that it concerns, in the order of the figures.</summary>
    /// <param name="reference">Who is 1.00.</param>
    public static IReadOnlyList<Verdict> Of(IEnumerable<Figure> figures, ReportData data, Subject reference)
    {
        ILookup<string, Sample> scenarios = data.Samples.ToLookup(sample => sample.Scenario);
        return
        [
            .. from figure in figures
               from own in scenarios[figure.Scenario].GroupBy(sample => sample.Subject)
               let subject = Subject.Parse(own.Key)
               where figure.Concerns(subject)
               select Judge(figure, subject, [.. own], [.. References(scenarios[figure.Scenario], reference)]),
        ];
    }

    private static IEnumerable<Sample> References(IEnumerable<Sample> samples, Subject reference) =>
        samples.Where(sample => sample.Subject == reference.ToString() && sample.Failure is null);

    private static Verdict Judge(Figure figure, Subject subject, Sample[] own, Sample[] references)
    {
        double[] values = [.. Values(own, figure.Metric)];
        double[] others = [.. Values(references, figure.Metric)];
        IEnumerable<double> ratios =
            from sample in own
            from other in references
            where sample.Failure is null && sample.Session == other.Session && sample.Round == other.Round
            where sample.Metrics.ContainsKey(figure.Metric) && other.Metrics.ContainsKey(figure.Metric)
            select sample.Metrics[figure.Metric] / other.Metrics[figure.Metric];
        return new Verdict(
            figure,
            subject,
            values.Length == 0 ? double.NaN : Statistics.Median(values),
            others.Length == 0 ? null : Statistics.Median(others),
            [.. ratios.Where(double.IsFinite).Order()],
            own.Length,
            own.Count(sample => sample.Failure is not null));
    }

    private static IEnumerable<double> Values(IEnumerable<Sample> samples, string metric) =>
        from sample in samples
        where sample.Failure is null && sample.Metrics.ContainsKey(metric)
        select sample.Metrics[metric];
}
