using System.IO.Hashing;
using System.Text;

namespace KcpTun.Sim.Engine;

/// <summary>
/// A named source of chance, indexed instead of drawn from: the n-th value depends on the seed, the name and n alone.
/// So two runs that differ in one setting meet the same losses, and no draw can shift another.
/// </summary>
/// <remarks>
/// Two rounds of SplitMix64's finaliser (Steele, Lea, Flood 2014) over key and index; integers only, so that every
/// platform agrees.
/// </remarks>
public readonly struct RandomStream
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    private readonly ulong _key;

    /// <param name="seed">The run's seed.</param>
    /// <param name="name">What is decided, as in <c>link.up.loss</c>.</param>
    public RandomStream(ulong seed, string name)
    {
        _key = Mix(seed + Golden) ^ XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name));
    }

    private RandomStream(ulong key) => _key = key;

    /// <summary>A stream of its own for the <paramref name="index"/>-th thing.</summary>
    public RandomStream Fork(ulong index) => new(Mix(_key ^ Mix(index + Golden)));

    /// <summary>The value at <paramref name="index"/>, 64 uniform bits.</summary>
    public ulong At(long index) => unchecked(Mix(Mix(_key + ((ulong)index * Golden)) ^ _key));

    /// <summary>A uniform integer in 0 up to but not including <paramref name="bound"/>.</summary>
    public long At(long index, long bound) => (long)(((UInt128)At(index) * (ulong)bound) >> 64);

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
        return x ^ (x >> 31);
    }
}
