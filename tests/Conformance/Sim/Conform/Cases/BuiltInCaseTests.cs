using System.Text.RegularExpressions;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Conform.Reports;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Conformance.Sim.Conform.Cases;

/// <summary>Our own code against every case, as a protocol core and as a whole tunnel in the virtual network.</summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class BuiltInCaseTests
{
    private static readonly string s_table = Path.Combine(RepositoryRoot.Path, "docs", "conformance", "cases.md");

    private static IEnumerable<TestCaseData> Cases() =>
        from script in CaseCatalog.BuiltIn
        from subject in new[] { "core", "sim" }
        select new TestCaseData(script.Header.Id, subject);

    [TestCaseSource(nameof(Cases))]
    public void Our_code_conforms(string id, string subject)
    {
        ConformanceScript script = CaseCatalog.BuiltIn.Single(one => one.Header.Id == id);
        CaseResult result = CaseRunner.Run(script, Subject(subject));
        string message = $"{result.Reason}\n{result.Last?.Actual}\nkcptun-sim conform --case {id} --sut {subject}";
        // The core alone has no pumps, and so no closewait. A quirk of another release is none of ours, and a
        // measurement
        // is no verdict.
        bool needsPumps = subject == "core" && script.Header.Needs.Contains("closewait");
        Verdict[] good = script.Header.Level is CaseLevel.Must or CaseLevel.Should
            ? [needsPumps ? Verdict.Unsupported : Verdict.Pass]
            : [Verdict.Pass, Verdict.Info, Verdict.Unsupported];
        good.ShouldContain(result.Verdict, message);
    }

    [Test]
    public void A_run_has_the_same_packets_again([Values("core", "sim")] string subject)
    {
        foreach (ConformanceScript script in CaseCatalog.BuiltIn.Where((_, i) => i % 10 == 0))
        {
            CaseLog first = CaseRunner.Run(script, Subject(subject)).Last!.Log;
            CaseLog second = CaseRunner.Run(script, Subject(subject)).Last!.Log;
            second.Datagrams.Select(one => (one.Time, one.IsFromSubject, Convert.ToHexString(one.Bytes.Span)))
                .ShouldBe(
                    first.Datagrams.Select(one => (one.Time, one.IsFromSubject, Convert.ToHexString(one.Bytes.Span))),
                    script.Header.Id);
        }
    }

    [Test]
    public void The_runner_proves_itself() =>
        new SuiteRunner([Subject("core"), Subject("sim")], jobs: 1).Prove().ShouldBeNull();

    [Test]
    public void There_are_more_than_200_cases_and_no_id_twice()
    {
        string[] ids = [.. CaseCatalog.BuiltIn.Select(script => script.Header.Id)];
        ids.ShouldBeUnique();
        ids.Length.ShouldBeGreaterThan(200);
    }

    [Test]
    public void Cases_need_only_what_somebody_has_and_name_only_releases_there_are()
    {
        foreach (ConformanceScript script in CaseCatalog.BuiltIn)
        {
            script.Header.Needs.ShouldBeSubsetOf(Abilities.All, script.Header.Id);
            script.Header.Releases.ShouldBeSubsetOf(["20210922", "20260314"], script.Header.Id);
        }
    }

    [Test]
    public void Every_documented_case_is_there_and_every_case_is_documented() =>
        Row().Matches(File.ReadAllText(s_table)).Select(match => match.Value.Trim())
            .ShouldBe(Rows(), "write it anew: --filter FullyQualifiedName~Rewrite_the_table_of_cases");

    [Test]
    [Explicit("Writes docs/conformance/cases.md after a change of the cases.")]
    public void Rewrite_the_table_of_cases()
    {
        string text = File.ReadAllText(s_table);
        string heading = text[..text.IndexOf("| `", StringComparison.Ordinal)];
        File.WriteAllText(s_table, heading + string.Join('\n', Rows()) + "\n");
    }

    private static ISubject Subject(string name) => SubjectCatalog.Find([name], _ => null).ShouldHaveSingleItem();

    private static IEnumerable<string> Rows() => CaseCatalog.BuiltIn.Select(script =>
        $"| `{script.Header.Id}` | {VerdictText.Of(script.Header.Level)} | {VerdictText.Of(script.Header.Layer)} "
        + $"| {script.Header.Title} | {script.Header.Reference} |");

    [GeneratedRegex(@"^\| `.*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
