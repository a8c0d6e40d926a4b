using System.Text.Json;
using System.Text.Json.Serialization;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>The object of <c>conform --json</c>; docs/conformance.md describes it.</summary>
internal sealed record ConformJson(
    string Version,
    DateTimeOffset Started,
    double Seconds,
    IReadOnlyList<SubjectJson> Subjects,
    IReadOnlyList<CaseJson> Cases)
{
    public static string Write(SuiteResult result)
    {
        ConformJson json = new(
            result.Version,
            result.Started,
            Math.Round(result.Duration.TotalSeconds, 3),
            [.. result.Subjects.Select((subject, i) => SubjectJson.Of(result, subject, i))],
            [.. result.Rows.Select(row => CaseJson.Of(result, row))]);
        return JsonSerializer.Serialize(json, ConformJsonContext.Default.ConformJson) + "\n";
    }
}

/// <summary>A subject and how often each verdict was given.</summary>
internal sealed record SubjectJson(string Name, string Version, IReadOnlyDictionary<string, int> Verdicts)
{
    public static SubjectJson Of(SuiteResult result, SuiteSubject subject, int index) => new(
        subject.Name,
        subject.Version,
        Enum.GetValues<Verdict>().ToDictionary(VerdictText.Of, verdict => result.Count(index, verdict)));
}

/// <summary>A case and what came of it on each subject.</summary>
internal sealed record CaseJson(
    string Id, string Level, string Title, string Ref, IReadOnlyDictionary<string, ResultJson> Results)
{
    public static CaseJson Of(SuiteResult result, SuiteRow row)
    {
        ScriptHeader header = row.Script.Header;
        Dictionary<string, ResultJson> results = [];
        for (int i = 0; i < result.Subjects.Count; i++)
            results[result.Subjects[i].Name] = ResultJson.Of(row.Results[i]);
        return new CaseJson(header.Id, VerdictText.Of(header.Level), header.Title, header.Reference, results);
    }
}

/// <param name="Reason">Empty for a pass.</param>
/// <param name="Actual">What the subject sent instead, in the script's syntax; null if it is not about that.</param>
internal sealed record ResultJson(string Verdict, int Tries, int Passes, string Reason, string? Actual)
{
    public static ResultJson Of(CaseResult result) => new(
        VerdictText.Of(result.Verdict), result.Tries, result.Passes, result.Reason, result.Last?.Actual);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ConformJson))]
internal sealed partial class ConformJsonContext : JsonSerializerContext;
