using KcpTun.Sim.Tuning;

namespace KcpTun.Conformance.Sim.Tuning;

/// <summary>What is on the front, and who wins under which goal.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ParetoFrontTests
{
    private static readonly TuneFigures s_base = new(2, 300, 2);

    [Test]
    public void What_is_worse_in_every_respect_is_covered()
    {
        s_base.Covers(new TuneFigures(1, 400, 3), 0.02).ShouldBeTrue();
        new TuneFigures(1, 400, 3).Covers(s_base, 0.02).ShouldBeFalse();
    }

    [TestCase(2.5, 300, 2)]
    [TestCase(2, 200, 2)]
    [TestCase(2, 300, 1.5)]
    public void One_better_figure_saves_from_it(double goodput, double p99, double wire)
    {
        TuneFigures other = new(goodput, p99, wire);
        s_base.Covers(other, 0.02).ShouldBeFalse();
        other.Covers(s_base, 0.02).ShouldBeTrue();
    }

    [Test]
    public void Differences_within_the_tolerance_decide_nothing() =>
        s_base.Covers(new TuneFigures(2.02, 297, 1.99), 0.02).ShouldBeTrue();

    [Test]
    public void A_figure_that_nothing_measures_is_no_difference()
    {
        new TuneFigures(null, 200, 2).Covers(new TuneFigures(null, 300, 2), 0.02).ShouldBeTrue();
        new TuneFigures(3, null, 2).Covers(new TuneFigures(2, null, 2), 0.02).ShouldBeTrue();
    }

    [Test]
    public void The_front_keeps_the_first_and_drops_what_it_covers()
    {
        TuneFigures cheap = new(1, 400, 1.1);
        TuneFigures worse = new(1.9, 310, 2.2);
        TuneFigures alike = new(2.01, 301, 2.01);
        ParetoFront.Of([s_base, alike, worse, cheap], figures => figures).ShouldBe([s_base, cheap]);
    }

    [Test]
    public void Each_goal_prefers_its_own_figure()
    {
        TuneFigures fast = new(4, 600, 3);
        TuneFigures prompt = new(2, 250, 3);
        TuneFigures cheap = new(2, 600, 1.4);
        TuneFigures[] all = [fast, prompt, cheap];
        Best("goodput").ShouldBe(fast);
        Best("latency").ShouldBe(prompt);
        Best("cheap").ShouldBe(cheap);

        TuneFigures Best(string name)
        {
            TuneGoal goal = TuneGoal.All.Single(one => one.Name == name);
            return all.MaxBy(figures => goal.Score(figures));
        }
    }

    [Test]
    public void The_score_is_the_documented_one()
    {
        TuneFigures figures = new(3, 2, 5);
        Score("balanced").ShouldBe(3.0 / 2 / 5);
        Score("latency").ShouldBe(3.0 / 16 / 5);
        Score("goodput").ShouldBe(81.0 / 2 / 5);
        Score("cheap").ShouldBe(3.0 / 2 / 625);

        double Score(string goal) => TuneGoal.All.Single(one => one.Name == goal).Score(figures);
    }
}
