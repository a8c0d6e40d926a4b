using System.Runtime.Intrinsics;

namespace KcpTun.Fec;

/// <summary>
/// The one loop that costs time in forward error correction: multiply a region by coefficients and add the products to
/// other regions. <see cref="ScalarKernel"/> says what it means; the others are the same function in vectors.
/// </summary>
internal abstract class GaloisKernel
{
    /// <summary>Every implementation, slowest first, whether or not this processor has its instructions.</summary>
    public static IReadOnlyList<GaloisKernel> All { get; } =
    [
        new ScalarKernel(),
        new VectorKernel<Shuffle128, Vector128<byte>, Shuffle128.Factor>(),
        new VectorKernel<Affine128, Vector128<byte>, Affine128.Factor>(),
        new VectorKernel<Shuffle256, Vector256<byte>, Shuffle256.Factor>(),
        new VectorKernel<Affine256, Vector256<byte>, Affine256.Factor>(),
        new VectorKernel<Shuffle512, Vector512<byte>, Shuffle512.Factor>(),
        new VectorKernel<Affine512, Vector512<byte>, Affine512.Factor>(),
    ];

    /// <summary>The fastest one this processor can run.</summary>
    public static GaloisKernel Best { get; } = All.Last(kernel => kernel.IsSupported);

    public abstract bool IsSupported { get; }

    /// <summary>
    /// For every k adds <paramref name="coefficients"/>[k] · <paramref name="source"/> to the source.Length bytes of
    /// <paramref name="destinations"/> that start at k · <paramref name="stride"/>.
    /// </summary>
    /// <param name="coefficients">One factor for each destination.</param>
    /// <param name="source">Must not overlap the destinations.</param>
    /// <param name="destinations">The regions to add to; bytes beyond source.Length of each stay as they are.</param>
    /// <param name="stride">Bytes from one destination to the next, at least source.Length.</param>
    public void MultiplyAdd(
        ReadOnlySpan<byte> coefficients, ReadOnlySpan<byte> source, Span<byte> destinations, int stride)
    {
        if (coefficients.IsEmpty || source.IsEmpty)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, source.Length);
        long needed = ((long)(coefficients.Length - 1) * stride) + source.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(needed, destinations.Length, nameof(destinations));
        MultiplyAddCore(coefficients, source, destinations, stride);
    }

    /// <summary>Adds <paramref name="coefficient"/> · <paramref name="source"/> to one destination.</summary>
    public void MultiplyAdd(byte coefficient, ReadOnlySpan<byte> source, Span<byte> destination) =>
        MultiplyAdd(new ReadOnlySpan<byte>(in coefficient), source, destination, source.Length);

    /// <summary>As <see cref="MultiplyAdd(ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte}, int)"/>, with
    /// arguments that have been checked and are not empty.</summary>
    protected abstract void MultiplyAddCore(
        ReadOnlySpan<byte> coefficients, ReadOnlySpan<byte> source, Span<byte> destinations, int stride);
}
