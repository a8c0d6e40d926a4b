namespace KcpTun.Fec;

/// <summary>One instruction set's way to multiply a vector of field elements by a constant.</summary>
/// <typeparam name="TVector">The vector register.</typeparam>
/// <typeparam name="TFactor">What multiplication by one coefficient keeps in registers.</typeparam>
internal interface IGaloisLanes<TVector, TFactor>
    where TVector : struct
    where TFactor : struct
{
    static abstract bool IsSupported { get; }

    /// <summary>Bytes of a vector.</summary>
    static abstract int Width { get; }

    static abstract TFactor CreateFactor(byte coefficient);

    /// <summary>Loads <see cref="Width"/> bytes from any alignment.</summary>
    static abstract TVector Load(ref byte source);

    /// <summary>As <see cref="Load"/>, with all but the last <paramref name="count"/> bytes set to zero.</summary>
    static abstract TVector LoadLast(ref byte source, int count);

    /// <summary>Adds <paramref name="value"/> · <paramref name="factor"/> to the vector at the destination.</summary>
    static abstract void MultiplyAdd(TVector value, TFactor factor, ref byte destination);
}
