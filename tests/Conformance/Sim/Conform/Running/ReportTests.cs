using System.Text.Json;
using System.Xml.Linq;
using KcpTun.Sim.Conform.Reports;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Conformance.Sim.Conform.Running;

/// <summary>What <c>conform</c> leaves behind, of one case that holds and one that does not.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ReportTests
{
    private static readonly Lazy<SuiteResult> s_result = new(Run);

    private static SuiteResult Run()
    {
        const string header = "title a <b> | c\nlevel MUST\nref r\nsut server\n";
        string[] bodies = ["> ACK sn=0\n", "> ACK sn=7\n"];
        IReadOnlyList<ISubject> subjects = SubjectCatalog.Find(["core", "sim"], _ => null);
        ConformanceScript[] cases =
        [
            .. bodies.SelectMany((body, i) => ScriptParser.Parse(
                "a.kpt", $"id kcp/1/{i}\n{header}< PUSH sn=0 [SYN sid=3]\n{body}")),
        ];
        IReadOnlyList<SuiteRow> rows = new SuiteRunner(subjects, jobs: 2).Run(cases, default);
        SuiteSubject[] columns = [.. subjects.Select(one => new SuiteSubject(one.Name, "v", one.IsExact))];
        return new SuiteResult("1.0", DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), columns, rows);
    }

    [Test]
    public void The_result_knows_whether_it_is_good()
    {
        s_result.Value.Count(0, Verdict.Pass).ShouldBe(1);
        s_result.Value.Count(1, Verdict.Fail).ShouldBe(1);
        s_result.Value.IsGood(isStrict: false).ShouldBeFalse();
    }

    [Test]
    public void The_matrix_is_one_well_formed_file_with_script_wire_difference_and_capture()
    {
        string text = MatrixHtml.Write(s_result.Value);
        XDocument.Parse(text[text.IndexOf("<html", StringComparison.Ordinal)..]);
        text.ShouldContain("id=\"kcp/1/1\"");
        text.ShouldContain("PUSH sn=0 [SYN sid=3]");
        text.ShouldContain("came instead:");
        text.ShouldContain("base64,Cg0NC");
        text.ShouldNotContain("a <b>");
    }

    [Test]
    public void Json_has_every_result()
    {
        using JsonDocument json = JsonDocument.Parse(ConformJson.Write(s_result.Value));
        JsonElement failed = json.RootElement.GetProperty("cases")[1].GetProperty("results").GetProperty("ours-sim");
        failed.GetProperty("verdict").GetString().ShouldBe("FAIL");
        failed.GetProperty("actual").GetString().ShouldNotBeNull().ShouldContain("> ACK");
        json.RootElement.GetProperty("subjects")[0].GetProperty("verdicts").GetProperty("PASS").GetInt32().ShouldBe(1);
    }

    [Test]
    public void Junit_counts_failures_by_subject()
    {
        XElement suite = XDocument.Parse(JUnitReport.Write(s_result.Value)).Root!.Elements("testsuite").First();
        suite.Attribute("failures")!.Value.ShouldBe("1");
        suite.Elements("testcase").Count().ShouldBe(2);
        suite.Descendants("failure").ShouldHaveSingleItem();
    }

    [Test]
    public void Markdown_replaces_what_is_between_its_lines_and_nothing_else()
    {
        const string document =
            "Say `<!-- matrix -->` and `<!-- /matrix -->`.\n\n<!-- matrix -->\nbefore\n<!-- /matrix -->\nend\n";
        string text = MarkdownMatrix.Write(s_result.Value, document);
        text.ShouldStartWith("Say `<!-- matrix -->` and `<!-- /matrix -->`.\n\n<!-- matrix -->\n");
        text.ShouldEndWith("\n<!-- /matrix -->\nend\n");
        text.ShouldNotContain("\nbefore\n");
        text.ShouldContain("| `kcp/1/1` | MUST | a <b> \\| c | FAIL | FAIL |");
        MarkdownMatrix.Write(s_result.Value, text).ShouldBe(text);
    }
}
