using System.Numerics;

namespace KcpTun.Sim.Links;

/// <summary>The little real arithmetic a link needs, in integers: the same on every platform, unlike libm's.</summary>
internal static class FixedPoint
{
    private const int FractionBits = 32;

    // ln 2 in 32 fractional bits, rounded.
    private const ulong Ln2 = 2_977_044_472;

    /// <summary>The largest integer whose square does not exceed <paramref name="value"/>.</summary>
    public static ulong Sqrt(UInt128 value)
    {
        ulong root = 0;
        for (int bit = 63; bit >= 0; bit--)
        {
            ulong trial = root | (1UL << bit);
            if (Math.BigMul(trial, trial) <= value)
                root = trial;
        }

        return root;
    }

    /// <summary>
    /// A draw from the exponential distribution: the mean times -ln u, u being uniform in (0, 1].
    /// </summary>
    /// <param name="mean">Not negative.</param>
    /// <param name="bits">64 uniform bits.</param>
    public static long Exponential(long mean, ulong bits)
    {
        // -log2((bits + 1) / 2^64), by repeated squaring: 64 - log2(bits + 1).
        ulong binary = bits == ulong.MaxValue ? 0 : (64UL << FractionBits) - Log2(bits + 1);
        ulong natural = (ulong)(Math.BigMul(binary, Ln2) >> FractionBits);
        UInt128 result = Math.BigMul((ulong)mean, natural) >> FractionBits;
        return result > long.MaxValue ? long.MaxValue : (long)result;
    }

    /// <summary>log2 in 32 fractional bits, rounded down; <paramref name="value"/> is not 0.</summary>
    private static ulong Log2(ulong value)
    {
        int whole = BitOperations.Log2(value);
        ulong mantissa = value << (63 - whole);
        ulong result = (ulong)whole;
        for (int i = 0; i < FractionBits; i++)
        {
            // The mantissa is in [1, 2) with 63 fractional bits; its square is in [1, 4).
            ulong high = Math.BigMul(mantissa, mantissa, out ulong low);
            ulong carry = high >> 63;
            mantissa = carry == 1 ? high : (high << 1) | (low >> 63);
            result = (result << 1) | carry;
        }

        return result;
    }
}
