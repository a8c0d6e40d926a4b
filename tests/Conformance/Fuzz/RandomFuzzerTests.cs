using KcpTun.Fuzz;
using KcpTun.Fuzz.Running;

namespace KcpTun.Conformance.Fuzz;

/// <summary>The fuzzer itself, on a target that is known to be broken.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RandomFuzzerTests
{
    [Test]
    public void A_broken_property_is_found_and_reduced_to_what_breaks_it()
    {
        Finding finding = Fuzz(seed: 1).Finding.ShouldNotBeNull();
        finding.Minimize().Input.ShouldBe("!"u8.ToArray());
    }

    [Test]
    public void The_same_seed_does_the_same()
    {
        (Finding? first, long runs) = Fuzz(seed: 2);
        (Finding? second, long runsAgain) = Fuzz(seed: 2);
        runsAgain.ShouldBe(runs);
        second.ShouldNotBeNull().Input.ShouldBe(first.ShouldNotBeNull().Input);
    }

    [Test]
    public void An_input_that_allocates_without_bound_is_a_finding() =>
        Finding.Of(new GreedyTarget(), [1]).ShouldNotBeNull().Failure.Message.ShouldContain("allocate");

    private static (Finding? Finding, long Runs) Fuzz(int seed)
    {
        var fuzzer = new RandomFuzzer(new BrokenTarget(), new FuzzBudget(100_000, 60, seed), _ => { });
        Finding? finding = fuzzer.Run(["some corpus"u8.ToArray()]);
        return (finding, fuzzer.Runs);
    }

    private sealed class BrokenTarget : FuzzTarget
    {
        public override string Name => "broken";

        public override string Property => "there is no exclamation mark";

        protected override void Run(ReadOnlySpan<byte> input) =>
            FuzzFailure.Unless(!input.Contains((byte)'!'), "there is one");
    }

    private sealed class GreedyTarget : FuzzTarget
    {
        public override string Name => "greedy";

        public override string Property => "memory is bounded";

        protected override long MaxAllocation => 1000;

        protected override void Run(ReadOnlySpan<byte> input) => _ = new byte[input.Length * 5000];
    }
}
