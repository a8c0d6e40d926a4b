using KcpTun.Bench.Reports;

namespace KcpTun.Conformance.Bench;

[Parallelizable(ParallelScope.All)]
public sealed class StatisticsTests
{
    [Test]
    public void The_median_is_the_middle_or_between_the_two_in_the_middle()
    {
        Statistics.Median([3, 1, 2]).ShouldBe(2);
        Statistics.Median([4, 1, 2, 3]).ShouldBe(2.5);
    }

    [Test]
    public void A_percentile_is_a_value_that_was_measured()
    {
        double[] values = [.. Enumerable.Range(1, 200).Select(i => (double)i).Reverse()];
        Statistics.Percentile(values, 50).ShouldBe(100);
        Statistics.Percentile(values, 99).ShouldBe(198);
        Statistics.Percentile(values, 100).ShouldBe(200);
        Statistics.Percentile([7], 1).ShouldBe(7);
    }
}
