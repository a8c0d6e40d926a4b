using KcpTun.Sim.Benchmark;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Benchmark;

/// <summary>KCP's own benchmark against the figures its author published.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class KcpBenchmarkTests
{
    private const int Seeds = 5;

    /// <summary>Where only the ARQ decides, the mean is within 15 %.</summary>
    [TestCase("normal")]
    [TestCase("fast")]
    public void Without_congestion_control_the_mean_is_as_published(string name)
    {
        KcpBenchmarkRow row = KcpBenchmark.Rows.Single(row => row.Name == name);
        KcpBenchmarkResult result = KcpBenchmark.Run(row, Path(), 1, Seeds);
        result.AverageMs.ShouldBeInRange(row.AverageMs * 0.85, row.AverageMs * 1.15);
        result.MaximumMs.ShouldBeInRange(row.MaximumMs * 0.7, row.MaximumMs * 1.3);
    }

    [Test]
    public void The_ranking_is_as_published()
    {
        double[] means = [.. KcpBenchmark.Rows.Select(row => KcpBenchmark.Run(row, Path(), 1, Seeds).AverageMs)];
        means[0].ShouldBeGreaterThan(3 * means[1]);
        means[2].ShouldBeLessThan(means[1] * 1.05);
    }

    private static PathSpec Path()
    {
        PathSpec.TryParse([KeyValuePair.Create("net", KcpBenchmark.PresetName)], out PathSpec? path, out string? error)
            .ShouldBeTrue(error);
        return path!;
    }
}
