using KcpTun.Sim.Engine;

namespace KcpTun.Conformance.Sim.Engine;

/// <summary>Chance that is indexed: uniform, independent by name, and the same for ever.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RandomStreamTests
{
    [TestCase("link.up.loss")]
    [TestCase("link.down.loss")]
    [TestCase("entropy.client")]
    [TestCase("x")]
    public void Values_are_uniform(string name)
    {
        const int Buckets = 256;
        const int Draws = 256 * 1000;
        var stream = new RandomStream(7, name);
        foreach (int shift in new[] { 0, 13, 28, 56 })
        {
            int[] counts = new int[Buckets];
            for (int i = 0; i < Draws; i++)
                counts[(byte)(stream.At(i) >> shift)]++;
            ChiSquare(counts, Draws / (double)Buckets).ShouldBeInRange(255 - 110, 255 + 110, $"bits from {shift}");
        }
    }

    [TestCase("loss", 1ul, "dup", 1ul)]
    [TestCase("loss", 1ul, "loss", 2ul)]
    [TestCase("link.up.loss", 1ul, "link.down.loss", 1ul)]
    public void Streams_of_other_names_or_seeds_are_independent(string name, ulong seed, string other, ulong otherSeed)
    {
        var a = new RandomStream(seed, name);
        var b = new RandomStream(otherSeed, other);
        PairsAreUniform(i => a.At(i, 16), i => b.At(i, 16));
    }

    [Test]
    public void Neighbours_and_forks_are_independent()
    {
        var stream = new RandomStream(3, "loss");
        PairsAreUniform(i => stream.At(i, 16), i => stream.At(i + 1, 16));
        PairsAreUniform(i => stream.At(i, 16), i => stream.Fork(1).At(i, 16));
        PairsAreUniform(i => stream.Fork((ulong)i).At(0, 16), i => stream.Fork((ulong)i + 1).At(0, 16));
    }

    [Test]
    public void A_bound_is_kept_and_reached()
    {
        var stream = new RandomStream(1, "bound");
        long[] values = [.. Enumerable.Range(0, 10_000).Select(i => stream.At(i, 7))];
        values.Distinct().Order().ShouldBe([0, 1, 2, 3, 4, 5, 6]);
        stream.At(0, 1).ShouldBe(0);
        Enumerable.Range(0, 1000).ShouldAllBe(i => stream.At(i, long.MaxValue) >= 0);
    }

    /// <summary>A change of these values changes every result that was ever published.</summary>
    [Test]
    public void Values_never_change()
    {
        var stream = new RandomStream(1, "link.up.loss");
        byte[] bytes = new byte[11];
        new SimEntropy(new RandomStream(9, "entropy.client")).Fill(bytes);
        string.Join(
            '\n',
            $"{stream.At(0):x16}",
            $"{stream.At(1):x16}",
            $"{stream.At(1L << 40):x16}",
            $"{new RandomStream(ulong.MaxValue, "ä").At(-1):x16}",
            $"{stream.Fork(5).At(6):x16}",
            $"{Convert.ToHexStringLower(bytes)}").ShouldBe(
            """
            902ca493d41482f0
            b93ad3a3bf7d7a75
            23462d79eb888dce
            cf106c93ea37470d
            d6c60d366235ca6e
            d3a38ee720e15da4dbe894
            """);
    }

    [Test]
    public void Probabilities_hold_as_often_as_they_say()
    {
        var stream = new RandomStream(11, "p");
        foreach (decimal percent in new[] { 0m, 0.1m, 30m, 50m, 99.9m, 100m })
        {
            Probability chance = Probability.FromPercent(percent);
            int hits = Enumerable.Range(0, 200_000).Count(i => chance.Holds(stream.At(i)));
            double deviation = 5 * Math.Sqrt(200_000 * (double)(percent / 100 * (1 - (percent / 100))));
            ((double)hits).ShouldBeInRange(
                ((double)percent * 2000) - deviation, ((double)percent * 2000) + deviation, $"{percent} %");
        }

        Probability.Always.Holds(ulong.MaxValue).ShouldBeTrue();
        Probability.Never.Holds(0).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => Probability.FromPercent(100.01m));
        Should.Throw<ArgumentOutOfRangeException>(() => Probability.FromPercent(-0.01m));
    }

    /// <summary>16 × 16 pairs, 255 degrees of freedom: five standard deviations are 113.</summary>
    private static void PairsAreUniform(Func<int, long> first, Func<int, long> second)
    {
        int[] counts = new int[256];
        for (int i = 0; i < 256 * 400; i++)
            counts[(first(i) * 16) + second(i)]++;
        ChiSquare(counts, 400).ShouldBeInRange(255 - 113, 255 + 113);
    }

    private static double ChiSquare(int[] counts, double expected) =>
        counts.Sum(count => (count - expected) * (count - expected) / expected);
}
