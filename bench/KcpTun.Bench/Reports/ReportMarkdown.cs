using System.Globalization;
using System.Text;

namespace KcpTun.Bench.Reports;

/// <summary>The report for readers: the figures against their goals, then everything that was measured.</summary>
/// <param name="reference">Who is 1.00.</param>
/// <param name="titles">What each scenario does, in the order in which they are shown; others come last.</param>
/// <param name="conditions">What holds for every figure that does not say otherwise.</param>
internal sealed class ReportMarkdown(
    ReportData data,
    IReadOnlyList<Verdict> verdicts,
    Subject reference,
    OrderedDictionary<string, string> titles,
    string conditions)
{
    private const string None = "–";

    /// <summary>Three digits that count.</summary>
    public static string Number(double value)
    {
        string format = Math.Abs(value) switch
        {
            >= 100 => "0",
            >= 10 => "0.0",
            >= 1 => "0.00",
            _ => "0.000",
        };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    public string Render()
    {
        var text = new StringBuilder();
        text.AppendLine("# Figures and goals").AppendLine();
        text.AppendLine(conditions).AppendLine();
        Sessions(text);
        Goals(text);
        text.AppendLine("## Everything measured").AppendLine();
        foreach (IGrouping<string, Sample> scenario in data.Samples
            .GroupBy(sample => sample.Scenario)
            .OrderBy(scenario => (uint)titles.IndexOf(scenario.Key)))
        {
            Scenario(text, scenario.Key, [.. scenario]);
        }

        Failures(text);
        return text.ToString();
    }

    private void Sessions(StringBuilder text)
    {
        foreach (Session session in data.Sessions)
        {
            int rounds = data.Samples.Where(sample => sample.Session == session.Id)
                .Select(sample => sample.Round).Distinct().Count();
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"* {session.Id}, commit {session.Commit}, rounds: {rounds}. {session.Machine}; load at the beginning "
                    + $"{session.Load}. Built: {session.Programs}.").AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"      {session.Command}").AppendLine();
        }
    }

    private void Goals(StringBuilder text)
    {
        int asked = verdicts.Count(verdict => verdict.IsMet is not null);
        int met = verdicts.Count(verdict => verdict.IsMet is true);
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{met} of {asked} goals met. Figures are medians; × is the median (and the least and the greatest) of the "
                + $"ratios to {reference} within each round.").AppendLine();
        text.AppendLine("![How far each goal is reached](report.png)").AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| row | figure | who | measured | {reference} | ratio | goal | |");
        text.AppendLine("|---|---|---|---:|---:|---:|---:|---|");
        foreach (Verdict verdict in verdicts)
        {
            string measured = double.IsNaN(verdict.Value) ? None : Number(verdict.Value);
            string other = verdict.Reference is { } value ? Number(value) : None;
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {verdict.Figure.Row} | {verdict.Figure.Title} | {verdict.Subject} | {measured} | {other} "
                    + $"| {Ratio(verdict)} | {verdict.Figure.Goal?.ToString() ?? None} | {Outcome(verdict)} |");
        }

        text.AppendLine();
    }

    private static string Ratio(Verdict verdict) => verdict.Ratio is not { } ratio ? None
        : verdict.Ratios.Count == 1 ? $"×{Number(ratio)}"
        : $"×{Number(ratio)} ({Number(verdict.Ratios[0])}–{Number(verdict.Ratios[^1])})";

    private static string Outcome(Verdict verdict)
    {
        string outcome = verdict.IsMet switch
        {
            true => "met",
            false => "**missed**",
            null => verdict.Figure.Goal is null ? "" : "not measured",
        };
        return verdict.Failures == 0
            ? outcome
            : string.Create(
                CultureInfo.InvariantCulture, $"{outcome} ({verdict.Failures} of {verdict.Rounds} runs failed)");
    }

    private void Scenario(StringBuilder text, string id, Sample[] samples)
    {
        string[] subjects = [.. samples.Select(sample => sample.Subject).Distinct()
            .OrderBy(subject => subject != reference.ToString()).ThenBy(subject => subject, StringComparer.Ordinal)];
        string title = titles.GetValueOrDefault(id, id);
        text.AppendLine(CultureInfo.InvariantCulture, $"### {id}: {title}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", subjects)} |");
        text.AppendLine(
            CultureInfo.InvariantCulture, $"|---|{string.Concat(subjects.Select(_ => "---:|"))}");
        ReportData own = data with { Samples = samples };
        foreach (string metric in samples.SelectMany(sample => sample.Metrics.Keys).Distinct())
        {
            Figure figure = new("", metric, id, metric);
            IEnumerable<string> cells = subjects.Select(subject => Cell(figure, subject, own));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {metric} | {string.Join(" | ", cells)} |");
        }

        text.AppendLine();
    }

    private string Cell(Figure figure, string subject, ReportData own)
    {
        Subject parsed = Subject.Parse(subject);
        Verdict? verdict = Verdict.Of([figure with { Ours = parsed.Ours }], own, reference)
            .FirstOrDefault(candidate => candidate.Subject == parsed);
        if (verdict is null || double.IsNaN(verdict.Value))
            return None;
        string value = Number(verdict.Value);
        return verdict.Ratio is { } ratio && parsed != reference ? $"{value} (×{Number(ratio)})" : value;
    }

    private void Failures(StringBuilder text)
    {
        Sample[] failed = [.. data.Samples.Where(sample => sample.Failure is not null)];
        if (failed.Length == 0)
            return;
        text.AppendLine("## Failed runs").AppendLine();
        foreach (Sample sample in failed)
        {
            string first = sample.Failure!.Split('\n')[0];
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"* {sample.Session} round {sample.Round}, {sample.Scenario}, {sample.Subject}: {first}");
        }

        text.AppendLine();
    }
}
