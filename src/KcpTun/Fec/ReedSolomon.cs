using System.Diagnostics;

namespace KcpTun.Fec;

/// <summary>
/// The systematic Reed–Solomon code of kcptun (PROTOCOL b.3): any <see cref="DataShards"/> of the data and parity
/// shards of a group give back the data. Not thread-safe: it owns the scratch memory of <see cref="TryReconstruct"/>.
/// </summary>
/// <remarks>
/// The reference multiplies a Vandermonde matrix by the inverse of its top square. Row r of that product evaluates, at
/// the field element r, the polynomial that takes the value of data shard c at the element c; so its entries are the
/// Lagrange basis polynomials, and no matrix needs inverting to find them.
/// </remarks>
public sealed class ReedSolomon
{
    /// <summary>Most data and parity shards together: one for each element of the field.</summary>
    public const int MaxShards = GaloisField.Size;

    private readonly GaloisKernel _kernel;

    // By columns: what a data shard contributes to the parities lies together.
    private readonly byte[] _coefficients;
    private byte[] _equations = [];

    /// <param name="dataShards">1 or more.</param>
    /// <param name="parityShards">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive, or both exceed
    /// <see cref="MaxShards"/> together.</exception>
    public ReedSolomon(int dataShards, int parityShards)
        : this(dataShards, parityShards, GaloisKernel.Best)
    {
    }

    internal ReedSolomon(int dataShards, int parityShards, GaloisKernel kernel)
    {
        ThrowIfInvalid(dataShards, parityShards);
        DataShards = dataShards;
        ParityShards = parityShards;
        _kernel = kernel;
        _coefficients = CreateCoefficients(dataShards, parityShards);
    }

    public int DataShards { get; }

    public int ParityShards { get; }

    /// <summary>The entry of the coding matrix that weighs a data shard in a parity shard.</summary>
    public byte Coefficient(int parityIndex, int dataIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parityIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parityIndex, ParityShards);
        return Column(dataIndex)[parityIndex];
    }

    /// <summary>
    /// Adds one data shard to every parity shard. Parities start as zeros and are complete when each data shard has
    /// been added once, in any order; a shard counts as zero-extended to the length of the longest.
    /// </summary>
    /// <param name="dataIndex">Which data shard it is.</param>
    /// <param name="shard">Its bytes; must not overlap the parities.</param>
    /// <param name="parities">Parity k starts at k · <paramref name="stride"/>.</param>
    /// <param name="stride">Bytes from one parity to the next, at least shard.Length.</param>
    public void Accumulate(int dataIndex, ReadOnlySpan<byte> shard, Span<byte> parities, int stride) =>
        _kernel.MultiplyAdd(Column(dataIndex), shard, parities, stride);

    /// <summary>Rebuilds the missing data shards.</summary>
    /// <param name="shards">All data and parity shards by position; an empty one is missing, and one shorter than
    /// <paramref name="length"/> counts as zero-extended.</param>
    /// <param name="length">Bytes to rebuild of each shard: the length of the longest.</param>
    /// <param name="rebuilt">Receives the missing data shards in the order of their positions, the j-th at
    /// j · <paramref name="stride"/>; must not overlap the shards.</param>
    /// <param name="stride">Bytes from one rebuilt shard to the next, at least <paramref name="length"/>.</param>
    /// <returns>False when fewer than <see cref="DataShards"/> shards are present; then nothing is written.</returns>
    public bool TryReconstruct(
        ReadOnlySpan<ReadOnlyMemory<byte>> shards, int length, Span<byte> rebuilt, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(shards.Length, DataShards + ParityShards);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, length);
        Span<byte> missing = stackalloc byte[DataShards];
        int missingCount = 0;
        for (int i = 0; i < DataShards; i++)
        {
            if (shards[i].IsEmpty)
                missing[missingCount++] = (byte)i;
        }

        Span<byte> substitutes = stackalloc byte[ParityShards];
        int substituteCount = 0;
        for (int k = 0; k < ParityShards && substituteCount < missingCount; k++)
        {
            if (!shards[DataShards + k].IsEmpty)
                substitutes[substituteCount++] = (byte)k;
        }

        if (substituteCount < missingCount)
            return false;
        missing = missing[..missingCount];
        substitutes = substitutes[..missingCount];
        Span<byte> equations = Solve(missing, substitutes);
        for (int j = 0; j < missingCount; j++)
            rebuilt.Slice(j * stride, length).Clear();
        Substitute(equations, shards, substitutes, rebuilt, stride);
        return true;
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such code.</exception>
    internal static void ThrowIfInvalid(int dataShards, int parityShards)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dataShards, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parityShards, 1);
        long shards = (long)dataShards + parityShards;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shards, MaxShards, nameof(parityShards));
    }

    private ReadOnlySpan<byte> Column(int dataIndex) =>
        _coefficients.AsSpan(dataIndex * ParityShards, ParityShards);

    /// <summary>
    /// Every parity k in <paramref name="substitutes"/> is an equation: the weighed data shards and the parity add up
    /// to zero. Elimination (Gauss–Jordan) leaves one equation for each missing shard, in which no other missing shard
    /// occurs.
    /// </summary>
    /// <returns>The equations, one after the other: the weights of the data shards, then those of the parities in
    /// <paramref name="substitutes"/>.</returns>
    private Span<byte> Solve(ReadOnlySpan<byte> missing, ReadOnlySpan<byte> substitutes)
    {
        int count = missing.Length;
        int width = DataShards + count;
        if (_equations.Length < count * width)
            _equations = new byte[count * width];
        Span<byte> equations = _equations.AsSpan(0, count * width);
        equations.Clear();
        for (int j = 0; j < count; j++)
        {
            Span<byte> equation = equations.Slice(j * width, width);
            for (int i = 0; i < DataShards; i++)
                equation[i] = Column(i)[substitutes[j]];
            equation[DataShards + j] = 1;
        }

        Span<byte> pivot = stackalloc byte[width];
        Span<byte> factors = stackalloc byte[count];
        for (int j = 0; j < count; j++)
        {
            Span<byte> equation = equations.Slice(j * width, width);
            // Any square part of the coding matrix is regular, so the pivot is never zero and rows need no swapping.
            Debug.Assert(equation[missing[j]] != 0, "The code is not maximum distance separable.");
            byte scale = GaloisField.Invert(equation[missing[j]]);
            for (int i = 0; i < width; i++)
                equation[i] = GaloisField.Multiply(scale, equation[i]);
            equation.CopyTo(pivot);
            for (int other = 0; other < count; other++)
                factors[other] = other == j ? (byte)0 : equations[(other * width) + missing[j]];
            _kernel.MultiplyAdd(factors, pivot, equations, width);
        }

        return equations;
    }

    /// <summary>Puts the shards that are present into the equations.</summary>
    private void Substitute(
        ReadOnlySpan<byte> equations,
        ReadOnlySpan<ReadOnlyMemory<byte>> shards,
        ReadOnlySpan<byte> substitutes,
        Span<byte> rebuilt,
        int stride)
    {
        int count = substitutes.Length;
        int width = DataShards + count;
        Span<byte> weights = stackalloc byte[count];
        for (int column = 0; column < width; column++)
        {
            int position = column < DataShards ? column : DataShards + substitutes[column - DataShards];
            for (int j = 0; j < count; j++)
                weights[j] = equations[(j * width) + column];
            _kernel.MultiplyAdd(weights, shards[position].Span, rebuilt, stride);
        }
    }

    private static byte[] CreateCoefficients(int dataShards, int parityShards)
    {
        // L(r) = Π (r - j) / (c - j) over all j except c, as a sum of logarithms.
        Span<int> numerators = stackalloc int[parityShards];
        for (int k = 0; k < parityShards; k++)
            numerators[k] = SumOfLogarithms(dataShards + k, dataShards);
        byte[] coefficients = new byte[dataShards * parityShards];
        for (int column = 0; column < dataShards; column++)
        {
            int denominator = SumOfLogarithms(column, dataShards);
            for (int k = 0; k < parityShards; k++)
            {
                int excluded = GaloisField.Logarithm((byte)((dataShards + k) ^ column));
                coefficients[(column * parityShards) + k] = GaloisField.Power(numerators[k] - excluded - denominator);
            }
        }

        return coefficients;
    }

    /// <summary>Sum of the logarithms of point - j, for all j below <paramref name="count"/> but the point.</summary>
    private static int SumOfLogarithms(int point, int count)
    {
        int sum = 0;
        for (int j = 0; j < count; j++)
        {
            if (j != point)
                sum += GaloisField.Logarithm((byte)(point ^ j));
        }

        return sum;
    }
}
