using KcpTun.Bench.Reports;

namespace KcpTun.Conformance.Bench;

[Parallelizable(ParallelScope.All)]
public sealed class VerdictTests
{
    private const string Ours = "ours-aot->ours-aot";
    private const string Go = "go-20260314->go-20260314";
    private const string Metric = "up MB/s";

    private static readonly Subject s_reference = Subject.Parse(Go);
    private static readonly Figure s_figure = new("goodput", "up", "bulk", Metric) { Goal = Goal.TimesAtLeast(6) };

    [Test]
    public void The_ratio_is_the_median_of_those_within_rounds_and_not_that_of_the_medians()
    {
        Verdict verdict = Judge(
            s_figure, Own(1, 100), Reference(1, 10), Own(2, 50), Reference(2, 40), Own(3, 70), Reference(3, 10));
        verdict.Ratios.ShouldBe([1.25, 7, 10]);
        verdict.Ratio.ShouldBe(7);
        verdict.Value.ShouldBe(70);
        verdict.Reference.ShouldBe(10);
        verdict.IsMet.ShouldBe(true);
    }

    [Test]
    public void Rounds_of_the_same_number_in_other_sessions_do_not_meet()
    {
        Verdict verdict = Judge(s_figure, Own(1, 60), Reference(1, 10) with { Session = "other" });
        verdict.Ratio.ShouldBeNull();
        verdict.IsMet.ShouldBeNull();
        verdict.Value.ShouldBe(60);
    }

    [Test]
    public void A_goal_that_is_no_ratio_needs_no_reference()
    {
        Figure figure = s_figure with { Goal = Goal.AtMost(80) };
        Judge(figure, Own(1, 80)).IsMet.ShouldBe(true);
        Judge(figure, Own(1, 81)).IsMet.ShouldBe(false);
    }

    [Test]
    public void A_failure_misses_the_goal_whatever_the_other_rounds_say()
    {
        Verdict verdict = Judge(s_figure, Own(1, 100), Reference(1, 10), Failed(Own(2, 0)), Reference(2, 10));
        verdict.Ratio.ShouldBe(10);
        verdict.Failures.ShouldBe(1);
        verdict.Rounds.ShouldBe(2);
        verdict.IsMet.ShouldBe(false);
    }

    [Test]
    public void A_subject_that_always_failed_has_no_figure()
    {
        Verdict verdict = Judge(s_figure, Failed(Own(1, 0)), Reference(1, 10));
        double.IsNaN(verdict.Value).ShouldBeTrue();
        verdict.Judged.ShouldBeNull();
        verdict.IsMet.ShouldBe(false);
    }

    [Test]
    public void A_failure_of_the_reference_only_takes_away_the_ratio_of_its_round()
    {
        Verdict verdict = Judge(s_figure, Own(1, 100), Failed(Reference(1, 10)), Own(2, 60), Reference(2, 10));
        verdict.Ratios.ShouldBe([6]);
        verdict.IsMet.ShouldBe(true);
    }

    [Test]
    public void Nothing_in_relation_to_nothing_is_no_ratio() =>
        Judge(s_figure, Own(1, 0), Reference(1, 0)).Ratio.ShouldBeNull();

    [Test]
    public void A_figure_concerns_the_ends_and_the_build_it_names()
    {
        Figure client = s_figure with { Ours = OurEnds.Client };
        client.Concerns(Subject.Parse("ours-jit->go-20260314")).ShouldBeTrue();
        client.Concerns(Subject.Parse("go-20260314->ours-jit")).ShouldBeFalse();
        client.Concerns(Subject.Parse(Ours)).ShouldBeFalse();
        Figure built = s_figure with { Build = "jit" };
        built.Concerns(Subject.Parse("ours-jit->ours-jit")).ShouldBeTrue();
        built.Concerns(Subject.Parse(Ours)).ShouldBeFalse();
        s_figure.Concerns(s_reference).ShouldBeFalse();
    }

    private static Verdict Judge(Figure figure, params Sample[] samples) =>
        Verdict.Of([figure], new ReportData([], samples), s_reference).ShouldHaveSingleItem();

    private static Sample Own(int round, double value) => Sample(round, Ours, value);

    private static Sample Reference(int round, double value) => Sample(round, Go, value);

    private static Sample Sample(int round, string subject, double value) =>
        new("s", round, "bulk", subject, new Dictionary<string, double> { [Metric] = value }, null);

    private static Sample Failed(Sample sample) =>
        sample with { Metrics = new Dictionary<string, double>(), Failure = "it broke" };
}
