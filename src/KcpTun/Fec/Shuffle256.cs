using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Fec;

/// <summary>
/// <see cref="Shuffle128"/> twice as wide, with AVX2. The instructions are named one by one because an ahead-of-time
/// build turns the portable 256-bit operations into pairs of 128-bit ones.
/// </summary>
internal readonly struct Shuffle256 : IGaloisLanes<Vector256<byte>, Shuffle256.Factor>
{
    public static bool IsSupported => Avx2.IsSupported;

    public static int Width => Vector256<byte>.Count;

    public static Factor CreateFactor(byte coefficient)
    {
        ref byte products = ref MemoryMarshal.GetReference(GaloisField.NibbleProducts(coefficient));
        Vector128<byte> low = Vector128.LoadUnsafe(ref products);
        Vector128<byte> high = Vector128.LoadUnsafe(ref products, (nuint)Vector128<byte>.Count);
        // The shuffle works within each half, so both halves hold the table.
        return new Factor(Vector256.Create(low, low), Vector256.Create(high, high));
    }

    public static Vector256<byte> Load(ref byte source) => Vector256.LoadUnsafe(ref source);

    public static Vector256<byte> LoadLast(ref byte source, int count) =>
        Avx2.And(Vector256.LoadUnsafe(ref source), Vector256.LoadUnsafe(in TailMask.For(Width, count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector256<byte> value, Factor factor, ref byte destination)
    {
        Vector256<byte> nibble = Vector256.Create((byte)0x0F);
        Vector256<byte> upper = Avx2.ShiftRightLogical(value.AsUInt16(), 4).AsByte();
        Vector256<byte> low = Avx2.Shuffle(factor.Low, Avx2.And(value, nibble));
        Vector256<byte> high = Avx2.Shuffle(factor.High, Avx2.And(upper, nibble));
        Vector256<byte> sum = Avx2.Xor(Vector256.LoadUnsafe(ref destination), Avx2.Xor(low, high));
        sum.StoreUnsafe(ref destination);
    }

    /// <summary>Products with the low nibble and with the high nibble, in both halves.</summary>
    internal readonly record struct Factor(Vector256<byte> Low, Vector256<byte> High);
}
