using KcpTun.Sim.Conform.Script;

namespace KcpTun.Sim.Conform.Running;

/// <summary>A column of the matrix.</summary>
internal sealed record SuiteSubject(string Name, string Version, bool IsExact);

/// <summary>A row of the matrix.</summary>
/// <param name="Script">The case.</param>
/// <param name="Results">One for each subject, in their order.</param>
internal sealed record SuiteRow(ConformanceScript Script, IReadOnlyList<CaseResult> Results);

/// <summary>All cases on all subjects.</summary>
/// <param name="Version">Of this program.</param>
/// <param name="Started">When, UTC.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record SuiteResult(
    string Version, DateTimeOffset Started, TimeSpan Duration,
    IReadOnlyList<SuiteSubject> Subjects, IReadOnlyList<SuiteRow> Rows)
{
    /// <summary>Results of a subject by verdict.</summary>
    public int Count(int subject, Verdict verdict) => Rows.Count(row => row.Results[subject].Verdict == verdict);

    /// <summary>Whether no MUST failed; strictly, no SHOULD and no quirk of the subject's release either.</summary>
    public bool IsGood(bool isStrict) => Rows.All(row => row.Results.All(result => result.Verdict switch
    {
        Verdict.Fail or Verdict.Error => false,
        Verdict.NonStrict => !isStrict,
        _ => true,
    }));
}
