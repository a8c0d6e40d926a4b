using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Running;

/// <summary>Means, intervals and percentiles against values worked out elsewhere.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class StatisticsTests
{
    [Test]
    public void The_interval_is_Students()
    {
        // R: t.test(c(10, 12, 11, 14, 13)) gives 12 and 10.0368..13.9632.
        Estimate estimate = Statistics.Mean([10, 12, 11, 14, 13]);
        estimate.Mean.ShouldBe(12);
        estimate.HalfWidth!.Value.ShouldBe(1.9632, 0.0005);
    }

    [Test]
    public void One_value_has_no_interval_and_excludes_nothing()
    {
        Estimate estimate = Statistics.Mean([3]);
        estimate.ShouldBe(new Estimate(3, null, 1));
        estimate.ExcludesZero.ShouldBeFalse();
    }

    [Test]
    public void Pairs_see_what_groups_cannot()
    {
        double[] baseline = [100, 200, 300, 400];
        double[] better = [101, 202, 301, 402];

        Statistics.Difference(better, baseline).ExcludesZero.ShouldBeTrue();
        Estimate ours = Statistics.Mean(better);
        Estimate theirs = Statistics.Mean(baseline);
        (ours.Mean - theirs.Mean).ShouldBeLessThan(ours.HalfWidth!.Value);
        Statistics.Difference(baseline, better).Mean.ShouldBe(-1.5);
    }

    [TestCase(1, 12.706)]
    [TestCase(2, 4.303)]
    [TestCase(30, 2.042)]
    [TestCase(31, 2.042)]
    [TestCase(40, 2.021)]
    [TestCase(59, 2.021)]
    [TestCase(60, 2.000)]
    [TestCase(119, 2.000)]
    [TestCase(5000, 1.980)]
    public void Quantiles_come_from_the_table_and_are_never_too_small(int freedom, double expected) =>
        Statistics.Student(freedom).ShouldBe(expected);

    [TestCase(500, 50)]
    [TestCase(501, 51)]
    [TestCase(990, 99)]
    [TestCase(1000, 100)]
    [TestCase(0, 1)]
    public void A_percentile_is_the_sample_of_nearest_rank(int perMille, long expected)
    {
        long[] samples = [.. Enumerable.Range(1, 100).Select(n => (long)n)];
        Statistics.Percentile(samples.AsSpan(), perMille).ShouldBe(expected);
        Statistics.Percentile([7L], perMille).ShouldBe(7);
    }
}
