using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Tuning;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Sim.Tuning;

/// <summary>The arithmetic behind the words, and the paths that are a little different.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PathArithmeticTests
{
    [Test]
    public void Chances_are_those_of_the_readme()
    {
        PathArithmetic path = On("--loss 30 --rtt 200");
        path.BothArrive.ShouldBe(0.49, 1e-9);
        path.BothArriveOf(3).ShouldBe(0.946729, 1e-6);
        path.RttMs.ShouldBe(200);
        path.SegmentsInFlight.ShouldBeNull();
    }

    [Test]
    public void A_window_goes_out_once_a_round_trip()
    {
        PathArithmetic path = On("--rtt 200");
        path.SegmentBytes(hasFec: false).ShouldBe(1306);
        path.SegmentBytes(hasFec: true).ShouldBe(1298);
        path.WindowRate(512, hasFec: false).ShouldBe(512 * 1306 / 0.2, 1e-3);
    }

    [Test]
    public void Capacity_times_round_trip_is_in_full_datagrams() =>
        On("--rate 20mbit --rtt 80").SegmentsInFlight!.Value.ShouldBe(2.5e6 * 0.08 / 1378, 1e-6);

    [Test]
    public void Bursts_count_with_their_mean() => On("--burst-loss 10,burst=8").LossUp.ShouldBe(0.1, 1e-6);

    [Test]
    public void A_group_survives_as_the_binomial_distribution_says()
    {
        PathArithmetic.GroupSurvives(1, 1, 0.3).ShouldBe(0.91, 1e-9);
        PathArithmetic.GroupSurvives(10, 3, 0.3).ShouldBe(0.4206, 1e-4);
        PathArithmetic.GroupSurvives(10, 3, 0).ShouldBe(1);
    }

    [Test]
    public void Every_figure_of_the_path_is_varied_and_no_other()
    {
        Names("--loss 10 --rtt 100 --rate 8mbit --jitter 20").ShouldBe([
            "loss +30 %", "loss −30 %", "RTT +30 %", "RTT −30 %", "rate +30 %", "rate −30 %", "jitter +30 %",
            "jitter −30 %", "the same loss in bursts of 8",
        ]);
        Names("--rtt 100").ShouldBe(["RTT +30 %", "RTT −30 %"]);
        Names("--burst-loss 10,burst=8").ShouldBe(["loss +30 %", "loss −30 %"]);
    }

    [Test]
    public void A_figure_is_varied_by_thirty_percent()
    {
        LinkVariation[] varied = [.. LinkVariation.Of(Path("--loss 10 --rtt 100"))];
        varied[0].Path.Down.Loss.Value.ShouldBe(0.13, 1e-9);
        varied[1].Path.Up.Loss.Value.ShouldBe(0.07, 1e-9);
        varied[2].Path.Up.Delay.ShouldBe(65 * SimTime.Millisecond);
        LinkVariation.Of(Path("--loss 90")).First().Path.Up.Loss.Value.ShouldBe(1);
    }

    [TestCase(1)]
    [TestCase(10)]
    [TestCase(30)]
    public void Bursts_have_the_same_mean_and_the_stated_length(int percent)
    {
        PathSpec path = LinkVariation.Of(Path($"--loss {percent} --rtt 100")).Last().Path;
        new PathArithmetic(path, new ClientOptions()).LossDown.ShouldBe(percent / 100.0, 1e-6);
        path.Down.Burst!.Recover.Value.ShouldBe(1.0 / LinkVariation.BurstLength);
        path.Down.Loss.IsZero.ShouldBeTrue();
    }

    private static string[] Names(string line) => [.. LinkVariation.Of(Path(line)).Select(variation => variation.Name)];

    private static PathArithmetic On(string line) => new(Path(line), new ClientOptions());

    private static PathSpec Path(string line)
    {
        ExperimentPlan plan = SimTest.Experiment($"{line} --mode fast --fec 0/0");
        return plan.Path;
    }
}
