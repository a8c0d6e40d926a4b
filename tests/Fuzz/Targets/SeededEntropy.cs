using KcpTun.Primitives;

namespace KcpTun.Fuzz.Targets;

/// <summary>Chance from a seed (splitmix64), so that an input always does the same.</summary>
internal sealed class SeededEntropy(ulong seed) : IEntropy
{
    private ulong _state = seed;

    public void Fill(Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            _state += 0x9E3779B97F4A7C15;
            ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            destination[i] = (byte)((mixed ^ (mixed >> 27)) >> 32);
        }
    }
}
