using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>Draws the variable part of a delay.</summary>
internal static class Jitter
{
    private const int NormalDraws = 3;

    // The sum of twelve 16-bit numbers: its mean and, all but exactly, its standard deviation.
    private const long NormalMean = 12 * 0xFFFF / 2;
    private const int NormalDeviationBits = 16;

    /// <returns>ns; may be negative, except for the exponential shape.</returns>
    public static long Draw(JitterSpec spec, RandomStream stream, long ordinal) => spec.Shape switch
    {
        JitterShape.Normal => Normal(spec.Amount, stream, ordinal),
        JitterShape.Exponential => FixedPoint.Exponential(spec.Amount, stream.At(ordinal)),
        _ => stream.At(ordinal, (2 * spec.Amount) + 1) - spec.Amount,
    };

    /// <summary>Irwin and Hall's approximation: a sum of twelve uniform numbers.</summary>
    private static long Normal(long deviation, RandomStream stream, long ordinal)
    {
        long sum = -NormalMean;
        for (int draw = 0; draw < NormalDraws; draw++)
        {
            ulong bits = stream.At((ordinal * NormalDraws) + draw);
            for (int shift = 0; shift < 64; shift += 16)
                sum += (long)((bits >> shift) & 0xFFFF);
        }

        return (long)(((Int128)sum * deviation) >> NormalDeviationBits);
    }
}
