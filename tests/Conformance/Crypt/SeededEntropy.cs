using KcpTun.Primitives;

namespace KcpTun.Conformance.Crypt;

/// <summary>Chance from a seed, counting how often it is asked.</summary>
internal sealed class SeededEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);

    public int Calls { get; private set; }

    public void Fill(Span<byte> destination)
    {
        Calls++;
        _random.NextBytes(destination);
    }
}

/// <summary>Chance that is always the same bytes, as far as they go.</summary>
internal sealed class FixedEntropy(byte[] bytes) : IEntropy
{
    public void Fill(Span<byte> destination) => bytes.AsSpan(0, destination.Length).CopyTo(destination);
}
