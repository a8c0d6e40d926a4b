using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Fec;

/// <summary>Multiplication by <see cref="AffineMatrix"/> in 512-bit registers (GFNI with AVX-512).</summary>
internal readonly struct Affine512 : IGaloisLanes<Vector512<byte>, Affine512.Factor>
{
    public static bool IsSupported => Gfni.V512.IsSupported && Avx512F.IsSupported;

    public static int Width => Vector512<byte>.Count;

    public static Factor CreateFactor(byte coefficient) =>
        new(Vector512.Create(AffineMatrix.For(coefficient)).AsByte());

    public static Vector512<byte> Load(ref byte source) => Vector512.LoadUnsafe(ref source);

    public static Vector512<byte> LoadLast(ref byte source, int count) =>
        Avx512F.And(Vector512.LoadUnsafe(ref source), Vector512.LoadUnsafe(in TailMask.For(Width, count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector512<byte> value, Factor factor, ref byte destination)
    {
        Vector512<byte> product = Gfni.V512.GaloisFieldAffineTransform(value, factor.Matrix, 0);
        Avx512F.Xor(Vector512.LoadUnsafe(ref destination), product).StoreUnsafe(ref destination);
    }

    /// <summary>The matrix in every quadword.</summary>
    internal readonly record struct Factor(Vector512<byte> Matrix);
}
