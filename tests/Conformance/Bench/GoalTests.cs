using KcpTun.Bench.Reports;

namespace KcpTun.Conformance.Bench;

[Parallelizable(ParallelScope.All)]
public sealed class GoalTests
{
    [Test]
    public void A_goal_is_met_at_its_limit_except_where_the_figure_is_to_be_below()
    {
        Goal.AtLeast(6).IsMetBy(6).ShouldBeTrue();
        Goal.AtLeast(6).IsMetBy(5.99).ShouldBeFalse();
        Goal.AtMost(1.2).IsMetBy(1.2).ShouldBeTrue();
        Goal.AtMost(1.2).IsMetBy(1.21).ShouldBeFalse();
        Goal.Below(0.1).IsMetBy(0.099).ShouldBeTrue();
        Goal.Below(0.1).IsMetBy(0.1).ShouldBeFalse();
    }

    [Test]
    public void Twice_as_good_as_asked_is_two_in_either_direction()
    {
        Goal.TimesAtLeast(6).Attainment(12).ShouldBe(2);
        Goal.TimesAtMost(0.15).Attainment(0.075).ShouldBe(2);
        Goal.Below(0.1).Attainment(0.2).ShouldBe(0.5);
        Goal.AtMost(1).Attainment(0).ShouldBe(double.PositiveInfinity);
    }

    [Test]
    public void A_goal_says_whether_it_is_a_ratio()
    {
        Goal.TimesAtLeast(6).ToString().ShouldBe("≥ 6×");
        Goal.TimesAtMost(0.15).ToString().ShouldBe("≤ 0.15×");
        Goal.AtLeast(100).ToString().ShouldBe("≥ 100");
        Goal.Below(0.1).ToString().ShouldBe("< 0.1");
    }
}
