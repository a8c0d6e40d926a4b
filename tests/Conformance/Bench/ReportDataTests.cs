using System.Text.Json;
using KcpTun.Bench.EndToEnd;
using KcpTun.Bench.Reports;

namespace KcpTun.Conformance.Bench;

[Parallelizable(ParallelScope.All)]
public sealed class ReportDataTests
{
    private const string Go = "go-20260314->go-20260314";
    private const string Ours = "ours-jit->ours-jit";

    [Test]
    public void A_report_comes_back_from_its_JSON()
    {
        ReportData data = Report("2026-01-01", 1, 2);
        var back = ReportData.FromJson(data.ToJson());
        back.Sessions.ShouldBe(data.Sessions);
        back.Samples.Count.ShouldBe(data.Samples.Count);
        back.Samples[1].Metrics.ShouldBe(data.Samples[1].Metrics);
        back.Samples[1].Failure.ShouldBe(data.Samples[1].Failure);
    }

    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("{\"sessions\":[]}")]
    [TestCase("nonsense")]
    public void What_is_no_report_is_refused(string json) =>
        Should.Throw<JsonException>(() => ReportData.FromJson(json));

    [Test]
    public void Merging_puts_sessions_in_order_and_counts_none_twice()
    {
        ReportData early = Report("2026-01-01", 1);
        ReportData late = Report("2026-01-02", 1, 2);
        ReportData earlyAgain = Report("2026-01-01", 1, 2, 3);
        var merged = ReportData.Merge([late, early, earlyAgain]);
        merged.Sessions.Select(session => session.Id).ShouldBe(["2026-01-01", "2026-01-02"]);
        merged.Samples.Count(sample => sample.Session == "2026-01-01").ShouldBe(6);
        merged.Samples.Count(sample => sample.Session == "2026-01-02").ShouldBe(4);
        ReportData.Merge([]).Samples.ShouldBeEmpty();
    }

    [Test]
    public void The_text_has_every_session_goal_metric_and_failure()
    {
        ReportData data = Report("2026-01-01", 1, 2);
        Sample failed = data.Samples[1] with
        {
            Round = 3,
            Metrics = new Dictionary<string, double>(),
            Failure = "did not end\nand more",
        };
        string text = Render(data with { Samples = [.. data.Samples, failed] });
        text.ShouldContain("2026-01-01, commit abc, rounds: 3.");
        text.ShouldContain("      the command");
        text.ShouldContain("\nOn this and that.\n");
        text.ShouldContain(
            $"| goodput | aes, FEC 10/3, snappy, up, MB/s | {Ours} | 60.0 | 10.0 | ×6.00 (6.00–6.00) | ≥ 6× "
            + "| **missed** (1 of 3 runs failed) |");
        text.ShouldContain("### goodput: one stream");
        text.ShouldContain("| up MB/s | 10.0 | 60.0 (×6.00) |");
        text.ShouldContain($"* 2026-01-01 round 3, goodput, {Ours}: did not end\n");
    }

    [Test]
    public void A_matrix_shows_a_figure_for_each_of_its_cells()
    {
        ReportData data = Report("2026-01-01", 1);
        Sample[] cells = [.. data.Samples.Select(sample => sample with { Scenario = Matrix.Prefix + "none 0/0" })];
        Render(data with { Samples = cells }).ShouldContain($"| matrix | none 0/0: up MB/s | {Ours} | 60.0 | 10.0 |");
    }

    [Test]
    public void The_chart_is_a_picture_even_when_nothing_was_measured()
    {
        foreach (ReportData data in new[] { ReportData.Empty, Report("2026-01-01", 1) })
        {
            byte[] picture = ReportChart.Render(Verdict.Of(FigureCatalog.For(data), data, Subject.Parse(Go)));
            picture[1..4].ShouldBe("PNG"u8.ToArray());
        }
    }

    private static string Render(ReportData data)
    {
        var reference = Subject.Parse(Go);
        IReadOnlyList<Verdict> verdicts = Verdict.Of(FigureCatalog.For(data), data, reference);
        OrderedDictionary<string, string> titles = new() { ["goodput"] = "one stream" };
        return new ReportMarkdown(data, verdicts, reference, titles, "On this and that.").Render();
    }

    private static ReportData Report(string session, params int[] rounds) => new(
        [new Session(session, "a machine", "abc", "ours", "0.5", "the command")],
        [
            .. rounds.SelectMany(round => new[]
            {
                Sample(session, round, Go, 10),
                Sample(session, round, Ours, 60),
            }),
        ]);

    private static Sample Sample(string session, int round, string subject, double value) =>
        new(session, round, "goodput", subject, new Dictionary<string, double> { ["up MB/s"] = value }, null);
}
