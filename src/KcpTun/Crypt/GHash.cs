using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Crypt;

/// <summary>
/// GHASH without additional data (NIST SP 800-38D, 6.4) by carry-less products: constant time, and several blocks for
/// one reduction, each times its own power of the hash key.
/// </summary>
/// <remarks>
/// GCM numbers the bits of a block from the other end, so blocks are reversed byte by byte, and a product of reversed
/// factors lacks a factor x. It is put into the powers once (Gueron and Kounavis, Carry-Less Multiplication and Its
/// Usage for Computing the GCM Mode, section "bit reflection").
/// </remarks>
internal sealed class GHash
{
    private const int BlockSize = 16;

    /// <summary>Blocks that share a reduction.</summary>
    private const int Stride = 8;

    /// <summary>x^127 + x^126 + x^121 + 1 as its two halves: the field's polynomial, reversed.</summary>
    private static Vector128<ulong> Polynomial => Vector128.Create(1, 0xC200_0000_0000_0000UL);

    /// <summary>Powers of the hash key from the first up, each times x.</summary>
    private readonly Vector128<ulong>[] _powers = new Vector128<ulong>[Stride + 1];

    /// <param name="hashKey">The block of zeros, encrypted.</param>
    public GHash(Vector128<byte> hashKey)
    {
        Vector128<ulong> key = Reverse(hashKey);
        ulong low = key[0], high = key[1];
        ulong isOverflowing = 0 - (high >> 63);
        Vector128<ulong> shifted = Vector128.Create(low << 1, (high << 1) | (low >> 63));
        _powers[0] = shifted ^ (Polynomial & Vector128.Create(isOverflowing));
        for (int i = 1; i < _powers.Length; i++)
        {
            Vector128<ulong> other = _powers[i - 1];
            _powers[i] = Reduce(Low(other, _powers[0]), Middle(other, _powers[0]), High(other, _powers[0]));
        }
    }

    public static bool IsSupported => Pclmulqdq.IsSupported && Ssse3.IsSupported;

    /// <summary>The hash of a ciphertext and its length.</summary>
    public Vector128<byte> Compute(ReadOnlySpan<byte> ciphertext)
    {
        Vector128<ulong> hash = Vector128<ulong>.Zero;
        ReadOnlySpan<byte> rest = ciphertext;
        for (; rest.Length >= Stride * BlockSize; rest = rest[(Stride * BlockSize)..])
            hash = Fold(hash, rest[..(Stride * BlockSize)]);

        // The rest is filled up with zeros; the lengths in bits of additional data, none, and ciphertext follow.
        Span<byte> last = stackalloc byte[(Stride + 1) * BlockSize];
        last.Clear();
        rest.CopyTo(last);
        int lengths = (rest.Length + BlockSize - 1) / BlockSize * BlockSize;
        BinaryPrimitives.WriteUInt64BigEndian(last[(lengths + sizeof(ulong))..], 8 * (ulong)ciphertext.Length);
        return Reverse(Fold(hash, last[..(lengths + BlockSize)]).AsByte()).AsByte();
    }

    /// <summary>Takes up to as many blocks as there are powers into the hash.</summary>
    private Vector128<ulong> Fold(Vector128<ulong> hash, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<Vector128<byte>> blocks = MemoryMarshal.Cast<byte, Vector128<byte>>(bytes);
        ReadOnlySpan<Vector128<ulong>> powers = _powers.AsSpan(0, blocks.Length);
        Vector128<ulong> block = hash ^ Reverse(blocks[0]), power = powers[^1];
        Vector128<ulong> low = Low(block, power), middle = Middle(block, power), high = High(block, power);
        for (int i = 1; i < blocks.Length; i++)
        {
            block = Reverse(blocks[i]);
            power = powers[powers.Length - 1 - i];
            low ^= Low(block, power);
            middle ^= Middle(block, power);
            high ^= High(block, power);
        }

        return Reduce(low, middle, high);
    }

    // Compiled ahead of time, Vector128.Shuffle is a loop over the bytes here: half of the time of a whole tunnel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reverse(Vector128<byte> block) => Ssse3.Shuffle(
        block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).AsUInt64();

    // The three parts of a product of 256 bits; the middle one overlaps both others by 64 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Low(Vector128<ulong> a, Vector128<ulong> b) =>
        Pclmulqdq.CarrylessMultiply(a, b, 0x00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Middle(Vector128<ulong> a, Vector128<ulong> b) =>
        Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> High(Vector128<ulong> a, Vector128<ulong> b) =>
        Pclmulqdq.CarrylessMultiply(a, b, 0x11);

    /// <summary>Folds 64 bits from below into what is above them, twice.</summary>
    private static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high) =>
        high ^ FoldLowest(middle ^ FoldLowest(low));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> FoldLowest(Vector128<ulong> value) =>
        Vector128.Shuffle(value, Vector128.Create(1UL, 0)) ^ Pclmulqdq.CarrylessMultiply(Polynomial, value, 0x01);
}
