using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Fec;

/// <summary>Multiplication by <see cref="AffineMatrix"/> in 256-bit registers (GFNI with AVX).</summary>
internal readonly struct Affine256 : IGaloisLanes<Vector256<byte>, Affine256.Factor>
{
    public static bool IsSupported => Gfni.V256.IsSupported && Avx2.IsSupported;

    public static int Width => Vector256<byte>.Count;

    public static Factor CreateFactor(byte coefficient) =>
        new(Vector256.Create(AffineMatrix.For(coefficient)).AsByte());

    public static Vector256<byte> Load(ref byte source) => Vector256.LoadUnsafe(ref source);

    public static Vector256<byte> LoadLast(ref byte source, int count) =>
        Avx2.And(Vector256.LoadUnsafe(ref source), Vector256.LoadUnsafe(in TailMask.For(Width, count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector256<byte> value, Factor factor, ref byte destination)
    {
        Vector256<byte> product = Gfni.V256.GaloisFieldAffineTransform(value, factor.Matrix, 0);
        Avx2.Xor(Vector256.LoadUnsafe(ref destination), product).StoreUnsafe(ref destination);
    }

    /// <summary>The matrix in every quadword.</summary>
    internal readonly record struct Factor(Vector256<byte> Matrix);
}
