namespace KcpTun.Fec;

/// <summary>Masks that keep the last bytes of a vector.</summary>
internal static class TailMask
{
    private const int WidestVector = 64;

    private static ReadOnlySpan<byte> ZerosThenOnes =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];

    /// <summary>
    /// Where the <paramref name="width"/> bytes begin of which the last <paramref name="count"/> have all bits set.
    /// </summary>
    public static ref readonly byte For(int width, int count) =>
        ref ZerosThenOnes.Slice(WidestVector - width + count, width)[0];
}
