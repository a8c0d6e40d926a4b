using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Fec;

/// <summary>
/// Products of both nibbles looked up by a byte shuffle, 16 at a time: <c>pshufb</c> on x86, <c>tbl</c> on ARM. It is
/// the one that an ahead-of-time build for x86-64 can count on.
/// </summary>
internal readonly struct Shuffle128 : IGaloisLanes<Vector128<byte>, Shuffle128.Factor>
{
    public static bool IsSupported => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    public static int Width => Vector128<byte>.Count;

    public static Factor CreateFactor(byte coefficient)
    {
        ref byte products = ref MemoryMarshal.GetReference(GaloisField.NibbleProducts(coefficient));
        return new Factor(Vector128.LoadUnsafe(ref products), Vector128.LoadUnsafe(ref products, (nuint)Width));
    }

    public static Vector128<byte> Load(ref byte source) => Vector128.LoadUnsafe(ref source);

    public static Vector128<byte> LoadLast(ref byte source, int count) =>
        Vector128.LoadUnsafe(ref source) & Vector128.LoadUnsafe(in TailMask.For(Width, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector128<byte> value, Factor factor, ref byte destination)
    {
        Vector128<byte> nibble = Vector128.Create((byte)0x0F);
        Vector128<byte> low = Lookup(factor.Low, value & nibble);
        Vector128<byte> high = Lookup(factor.High, (value.AsUInt16() >>> 4).AsByte() & nibble);
        (Vector128.LoadUnsafe(ref destination) ^ low ^ high).StoreUnsafe(ref destination);
    }

    // Vector128.ShuffleNative is the portable name of both, but an ahead-of-time build makes it a loop over bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> indices) => AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.VectorTableLookup(table, indices)
        : Ssse3.Shuffle(table, indices);

    /// <summary>Products with the low nibble and with the high nibble.</summary>
    internal readonly record struct Factor(Vector128<byte> Low, Vector128<byte> High);
}
