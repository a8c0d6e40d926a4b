using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Fec;

/// <summary>
/// Multiplication by <see cref="AffineMatrix"/> in 128-bit registers (GFNI alone): an ahead-of-time build, which may
/// not count on AVX, still finds out at run time whether the processor has it.
/// </summary>
internal readonly struct Affine128 : IGaloisLanes<Vector128<byte>, Affine128.Factor>
{
    public static bool IsSupported => Gfni.IsSupported;

    public static int Width => Vector128<byte>.Count;

    public static Factor CreateFactor(byte coefficient) =>
        new(Vector128.Create(AffineMatrix.For(coefficient)).AsByte());

    public static Vector128<byte> Load(ref byte source) => Vector128.LoadUnsafe(ref source);

    public static Vector128<byte> LoadLast(ref byte source, int count) =>
        Vector128.LoadUnsafe(ref source) & Vector128.LoadUnsafe(in TailMask.For(Width, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector128<byte> value, Factor factor, ref byte destination)
    {
        Vector128<byte> product = Gfni.GaloisFieldAffineTransform(value, factor.Matrix, 0);
        (Vector128.LoadUnsafe(ref destination) ^ product).StoreUnsafe(ref destination);
    }

    /// <summary>The matrix in both quadwords.</summary>
    internal readonly record struct Factor(Vector128<byte> Matrix);
}
