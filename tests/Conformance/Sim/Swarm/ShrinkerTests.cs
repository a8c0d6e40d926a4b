using KcpTun.Conformance.Sim.Cli;
using KcpTun.Sim.Running;
using KcpTun.Sim.Swarm;

namespace KcpTun.Conformance.Sim.Swarm;

/// <summary>From a case that fails to the part of it that matters.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ShrinkerTests
{
    private static readonly SwarmCase s_case = new(
        9, [.. Enumerable.Range(0, 23).Select(i => new SwarmItem($"link.{i}", "1")), new SwarmItem("host.heal", "5")]);

    private static RunResult Result(string? failure)
    {
        RunResult good = SimShell.Pretend(SimTest.Single("--mode fast --fec 0/0 --workload idle:1s"), null);
        return good with { IsComplete = failure is null, Failure = failure };
    }

    private static bool Has(SwarmCase candidate, params int[] items) =>
        items.All(i => candidate.Items.Any(item => item.Key == $"link.{i}"));

    [TestCase(0)]
    [TestCase(11, 12)]
    [TestCase(0, 22)]
    [TestCase(3, 7, 19)]
    public void Only_what_the_failure_needs_is_left(params int[] needed)
    {
        int runs = 0;
        SwarmCase small = Shrinker.Shrink(
            s_case,
            candidate =>
            {
                runs++;
                return Result(Has(candidate, needed) ? $"INT-1: after {candidate.Items.Count}" : null);
            },
            () => true);
        small.Items.Select(item => item.Key)
            .ShouldBe([.. needed.Select(i => $"link.{i}"), "host.heal"]);
        small.Seed.ShouldBe(9ul);
        runs.ShouldBeLessThan(120);
    }

    [Test]
    public void A_candidate_that_breaks_another_rule_is_not_taken()
    {
        SwarmCase small = Shrinker.Shrink(
            s_case,
            candidate => Result(Has(candidate, 4, 5) ? "INT-1: wrong" : Has(candidate, 4) ? "LIV-2: slow" : null),
            () => true);
        Has(small, 4, 5).ShouldBeTrue();
        small.Items.Count.ShouldBe(3);
    }

    [Test]
    public void Invalid_candidates_are_not_taken()
    {
        SwarmCase small = Shrinker.Shrink(
            s_case, candidate => Has(candidate, 1, 2) ? Result("INT-1: wrong") : null, () => true);
        small.Items.Count.ShouldBe(3);
    }

    [Test]
    public void It_stops_when_it_may_not_go_on_and_keeps_what_it_has()
    {
        int allowed = 2;
        SwarmCase small = Shrinker.Shrink(
            s_case, candidate => Result(Has(candidate, 22) ? "INT-1: wrong" : null), () => allowed-- > 0);
        Has(small, 22).ShouldBeTrue();
        small.Items.Count.ShouldBeInRange(2, 23);
    }

    [Test]
    public void A_case_that_does_not_fail_is_returned_as_it_is() =>
        Shrinker.Shrink(s_case, _ => Result(null), () => true).ShouldBeSameAs(s_case);

    [TestCase("INT-1: wrong bytes", "INT-1")]
    [TestCase("crash: System.Exception: x", "crash")]
    [TestCase("stuck at 5\nmore", "stuck at 5")]
    [TestCase("", "")]
    public void The_rule_is_the_first_word(string failure, string rule) => Shrinker.RuleOf(failure).ShouldBe(rule);
}
