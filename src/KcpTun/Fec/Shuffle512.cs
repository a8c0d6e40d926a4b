using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Fec;

/// <summary><see cref="Shuffle128"/> four times as wide, with AVX-512BW.</summary>
internal readonly struct Shuffle512 : IGaloisLanes<Vector512<byte>, Shuffle512.Factor>
{
    public static bool IsSupported => Avx512BW.IsSupported;

    public static int Width => Vector512<byte>.Count;

    public static Factor CreateFactor(byte coefficient)
    {
        ref byte products = ref MemoryMarshal.GetReference(GaloisField.NibbleProducts(coefficient));
        Vector128<byte> low = Vector128.LoadUnsafe(ref products);
        Vector128<byte> high = Vector128.LoadUnsafe(ref products, (nuint)Vector128<byte>.Count);
        return new Factor(Repeat(low), Repeat(high));
    }

    public static Vector512<byte> Load(ref byte source) => Vector512.LoadUnsafe(ref source);

    public static Vector512<byte> LoadLast(ref byte source, int count) =>
        Avx512F.And(Vector512.LoadUnsafe(ref source), Vector512.LoadUnsafe(in TailMask.For(Width, count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector512<byte> value, Factor factor, ref byte destination)
    {
        Vector512<byte> nibble = Vector512.Create((byte)0x0F);
        Vector512<byte> upper = Avx512BW.ShiftRightLogical(value.AsUInt16(), 4).AsByte();
        Vector512<byte> low = Avx512BW.Shuffle(factor.Low, Avx512F.And(value, nibble));
        Vector512<byte> high = Avx512BW.Shuffle(factor.High, Avx512F.And(upper, nibble));
        Vector512<byte> sum = Avx512F.Xor(Vector512.LoadUnsafe(ref destination), Avx512F.Xor(low, high));
        sum.StoreUnsafe(ref destination);
    }

    private static Vector512<byte> Repeat(Vector128<byte> table)
    {
        Vector256<byte> half = Vector256.Create(table, table);
        return Vector512.Create(half, half);
    }

    /// <summary>Products with the low nibble and with the high nibble, in all four quarters.</summary>
    internal readonly record struct Factor(Vector512<byte> Low, Vector512<byte> High);
}
