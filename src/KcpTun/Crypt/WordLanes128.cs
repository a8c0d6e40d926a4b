using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Crypt;

/// <summary>Four lanes: what every processor has.</summary>
internal readonly struct WordLanes128 : IWordLanes<Vector128<uint>>
{
    private const int BlockSize = 64;

    public static int Count => Vector128<uint>.Count;

    public static Vector128<uint> Create(uint word) => Vector128.Create(word);

    public static Vector128<uint> Create(ReadOnlySpan<uint> words) => Vector128.Create(words);

    public static Vector128<uint> CountFrom(uint word) => Vector128.Create(word) + Vector128<uint>.Indices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> left, Vector128<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> XorRotated(Vector128<uint> words, Vector128<uint> other, int bits) =>
        words ^ (other << bits) ^ (other >>> (32 - bits));

    public static void StoreByLane(ReadOnlySpan<Vector128<uint>> words, Span<byte> target)
    {
        ref byte row = ref MemoryMarshal.GetReference(target[..(4 * BlockSize)]);
        for (int i = 0; i < 16; i += 4, row = ref Unsafe.Add(ref row, BlockSize / 4))
        {
            Vector128<ulong> low01 = ZipLower(words[i], words[i + 1]).AsUInt64();
            Vector128<ulong> high01 = ZipUpper(words[i], words[i + 1]).AsUInt64();
            Vector128<ulong> low23 = ZipLower(words[i + 2], words[i + 3]).AsUInt64();
            Vector128<ulong> high23 = ZipUpper(words[i + 2], words[i + 3]).AsUInt64();
            ZipLower(low01, low23).AsByte().StoreUnsafe(ref row);
            ZipUpper(low01, low23).AsByte().StoreUnsafe(ref row, BlockSize);
            ZipLower(high01, high23).AsByte().StoreUnsafe(ref row, 2 * BlockSize);
            ZipUpper(high01, high23).AsByte().StoreUnsafe(ref row, 3 * BlockSize);
        }
    }

    // The vectors' own operations for this would go through memory, which takes as long as a third of the rounds.
    [ExcludeFromCodeCoverage(Justification = "The processor chooses.")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipLower(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [ExcludeFromCodeCoverage(Justification = "The processor chooses.")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipUpper(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);

    [ExcludeFromCodeCoverage(Justification = "The processor chooses.")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ZipLower(Vector128<ulong> a, Vector128<ulong> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : Vector128.Create(a[0], b[0]);

    [ExcludeFromCodeCoverage(Justification = "The processor chooses.")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ZipUpper(Vector128<ulong> a, Vector128<ulong> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : Vector128.Create(a[1], b[1]);
}
