namespace KcpTun.Fec;

/// <summary>One byte at a time: the specification of every other kernel, and the way short regions go.</summary>
internal sealed class ScalarKernel : GaloisKernel
{
    public override bool IsSupported => true;

    /// <summary>Adds the products; the arguments have been checked.</summary>
    public static void Run(
        ReadOnlySpan<byte> coefficients, ReadOnlySpan<byte> source, Span<byte> destinations, int stride)
    {
        for (int k = 0; k < coefficients.Length; k++)
        {
            ReadOnlySpan<byte> products = GaloisField.NibbleProducts(coefficients[k]);
            Span<byte> destination = destinations.Slice(k * stride, source.Length);
            for (int i = 0; i < source.Length; i++)
                destination[i] ^= (byte)(products[source[i] & 15] ^ products[16 + (source[i] >> 4)]);
        }
    }

    public override string ToString() => "Scalar";

    protected override void MultiplyAddCore(
        ReadOnlySpan<byte> coefficients, ReadOnlySpan<byte> source, Span<byte> destinations, int stride) =>
        Run(coefficients, source, destinations, stride);
}
