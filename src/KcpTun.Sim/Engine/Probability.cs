namespace KcpTun.Sim.Engine;

/// <summary>A probability as an exact threshold for 64 random bits: no rounding differs between platforms.</summary>
/// <param name="Threshold">Number of the 2^64 equally likely values that mean yes.</param>
public readonly record struct Probability(UInt128 Threshold)
{
    private static UInt128 One => UInt128.One << 64;

    public static Probability Never => default;

    public static Probability Always => new(One);

    public bool IsZero => Threshold == 0;

    /// <summary>The chance that it does not happen.</summary>
    public Probability Complement => new(One - Threshold);

    /// <summary>The chance as a fraction, for arithmetic that need not be exact.</summary>
    public double Value => (double)Threshold / (double)One;

    // A record prints its properties, and each has a complement.
    public override string ToString() => Value.ToString("P3", System.Globalization.CultureInfo.InvariantCulture);

    /// <param name="percent">0 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a probability.</exception>
    public static Probability FromPercent(decimal percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100m);
        if (percent == 100m)
            return Always;
        // 2^64 fits a decimal exactly; the quotient is rounded to the nearest of 2^64 steps.
        return new Probability((UInt128)decimal.Round(percent / 100m * 18446744073709551616m));
    }

    /// <summary>Whether 64 uniform bits mean yes.</summary>
    public bool Holds(ulong bits) => bits < Threshold;
}
