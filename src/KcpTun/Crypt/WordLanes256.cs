using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Crypt;

/// <summary>Eight lanes, with AVX2.</summary>
internal readonly struct WordLanes256 : IWordLanes<Vector256<uint>>
{
    private const int BlockSize = 64;

    public static bool IsSupported => Avx2.IsSupported;

    public static int Count => Vector256<uint>.Count;

    public static Vector256<uint> Create(uint word) => Vector256.Create(word);

    public static Vector256<uint> Create(ReadOnlySpan<uint> words) => Vector256.Create(words);

    public static Vector256<uint> CountFrom(uint word) => Vector256.Create(word) + Vector256<uint>.Indices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> XorRotated(Vector256<uint> words, Vector256<uint> other, int bits) =>
        words ^ (other << bits) ^ (other >>> (32 - bits));

    public static void StoreByLane(ReadOnlySpan<Vector256<uint>> words, Span<byte> target)
    {
        ref byte half = ref MemoryMarshal.GetReference(target[..(8 * BlockSize)]);
        for (int i = 0; i < 16; i += 8, half = ref Unsafe.Add(ref half, BlockSize / 2))
        {
            Vector256<ulong> low01 = ZipLower(words[i], words[i + 1]);
            Vector256<ulong> high01 = ZipUpper(words[i], words[i + 1]);
            Vector256<ulong> low23 = ZipLower(words[i + 2], words[i + 3]);
            Vector256<ulong> high23 = ZipUpper(words[i + 2], words[i + 3]);
            Vector256<ulong> low45 = ZipLower(words[i + 4], words[i + 5]);
            Vector256<ulong> high45 = ZipUpper(words[i + 4], words[i + 5]);
            Vector256<ulong> low67 = ZipLower(words[i + 6], words[i + 7]);
            Vector256<ulong> high67 = ZipUpper(words[i + 6], words[i + 7]);
            Store(Avx2.UnpackLow(low01, low23), Avx2.UnpackLow(low45, low67), ref half, 0);
            Store(Avx2.UnpackHigh(low01, low23), Avx2.UnpackHigh(low45, low67), ref half, 1);
            Store(Avx2.UnpackLow(high01, high23), Avx2.UnpackLow(high45, high67), ref half, 2);
            Store(Avx2.UnpackHigh(high01, high23), Avx2.UnpackHigh(high45, high67), ref half, 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> ZipLower(Vector256<uint> a, Vector256<uint> b) => Avx2.UnpackLow(a, b).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> ZipUpper(Vector256<uint> a, Vector256<uint> b) => Avx2.UnpackHigh(a, b).AsUInt64();

    // AVX2 unpacks each half of 128 bits by itself: what has become of the lower ones is a lane's, and of the upper
    // ones that of the lane four further on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<ulong> left, Vector256<ulong> right, ref byte half, nuint lane)
    {
        Avx2.Permute2x128(left, right, 0x20).AsByte().StoreUnsafe(ref half, lane * BlockSize);
        Avx2.Permute2x128(left, right, 0x31).AsByte().StoreUnsafe(ref half, (lane + 4) * BlockSize);
    }
}
