namespace KcpTun.Sim.Running;

/// <summary>A mean and how far it can be trusted.</summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="HalfWidth">Half of the 95 % confidence interval; null for a single value.</param>
/// <param name="Count">Values.</param>
public readonly record struct Estimate(double Mean, double? HalfWidth, int Count)
{
    /// <summary>Whether the interval lies on one side of zero.</summary>
    public bool ExcludesZero => HalfWidth is { } half && (Mean > half || Mean < -half);
}

/// <summary>
/// Statistics over seeds. Sums, products and square roots only, which IEEE 754 rounds the same way on every platform.
/// </summary>
public static class Statistics
{
    /// <summary>97.5 % quantiles of Student's t for 1 to 30 degrees of freedom.</summary>
    private static readonly double[] s_student =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
        2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>Beyond the table: the quantile holds from so many degrees of freedom; it only falls.</summary>
    private static readonly (int From, double Quantile)[] s_studentTail =
        [(120, 1.980), (60, 2.000), (40, 2.021), (31, 2.042)];

    /// <summary>Mean and 95 % confidence interval by Student's t.</summary>
    /// <param name="values">At least one.</param>
    public static Estimate Mean(IReadOnlyList<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count);
        double sum = 0;
        foreach (double value in values)
            sum += value;
        double mean = sum / values.Count;
        if (values.Count == 1)
            return new Estimate(mean, null, 1);
        double squares = 0;
        foreach (double value in values)
            squares += (value - mean) * (value - mean);
        int freedom = values.Count - 1;
        double half = Student(freedom) * Math.Sqrt(squares / freedom / values.Count);
        return new Estimate(mean, half, values.Count);
    }

    /// <summary>
    /// Mean of the differences between values that belong together. What both have in common, the losses of a seed
    /// above all, cancels out.
    /// </summary>
    /// <param name="values">One for each seed.</param>
    /// <param name="baseline">The other's values for the same seeds.</param>
    public static Estimate Difference(IReadOnlyList<double> values, IReadOnlyList<double> baseline)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(baseline.Count, values.Count);
        return Mean([.. values.Zip(baseline, (value, other) => value - other)]);
    }

    /// <summary>The smallest sample that at least <paramref name="perMille"/> of 1000 do not exceed.</summary>
    /// <param name="sorted">Ascending, at least one.</param>
    public static long Percentile(ReadOnlySpan<long> sorted, int perMille) => sorted[Rank(sorted.Length, perMille)];

    /// <inheritdoc cref="Percentile(ReadOnlySpan{long}, int)"/>
    public static double Percentile(ReadOnlySpan<double> sorted, int perMille) => sorted[Rank(sorted.Length, perMille)];

    /// <summary>97.5 % quantile of Student's t, rounded up to the next row of the table.</summary>
    internal static double Student(int freedom)
    {
        if (freedom <= s_student.Length)
            return s_student[freedom - 1];
        foreach ((int from, double quantile) in s_studentTail)
        {
            if (freedom >= from)
                return quantile;
        }

        return s_student[^1];
    }

    /// <summary>Nearest rank: exact, and always one of the samples.</summary>
    private static int Rank(int count, int perMille)
    {
        ArgumentOutOfRangeException.ThrowIfZero(count);
        long rank = (((long)count * perMille) + 999) / 1000;
        return (int)Math.Max(rank, 1) - 1;
    }
}
