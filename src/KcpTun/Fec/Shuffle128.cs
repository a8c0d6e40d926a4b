using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KcpTun.Fec;

/// <summary>
/// Products of both nibbles looked up by a byte shuffle, 16 at a time: <c>pshufb</c> on x86, <c>tbl</c> on ARM. Every
/// x86-64 processor that the ahead-of-time build starts on has this one.
/// </summary>
internal readonly struct Shuffle128 : IGaloisLanes<Vector128<byte>, Shuffle128.Factor>
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

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
        // Indices stay below 16, so how a processor treats larger ones does not matter.
        Vector128<byte> low = Vector128.ShuffleNative(factor.Low, value & nibble);
        Vector128<byte> high = Vector128.ShuffleNative(factor.High, (value.AsUInt16() >>> 4).AsByte() & nibble);
        (Vector128.LoadUnsafe(ref destination) ^ low ^ high).StoreUnsafe(ref destination);
    }

    /// <summary>Products with the low nibble and with the high nibble.</summary>
    internal readonly record struct Factor(Vector128<byte> Low, Vector128<byte> High);
}
