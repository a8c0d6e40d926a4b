using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>
/// Salsa20/20. The first 8 bytes of a packet are the nonce and stay in clear; the keystream starts with the ninth
/// (PROTOCOL a.2). Four keystream blocks are computed at once.
/// </summary>
/// <remarks>
/// The 4 x 4 words of a block are held as its four diagonals, a vector each, so that one vector operation serves the
/// four quarter rounds of a round. A 256-bit vector holds the same diagonal of two blocks. Keystream words
/// are stored in the processor's order, which is little-endian on all that this library is built for.
/// </remarks>
internal sealed class Salsa20Cipher : IPacketCipher
{
    private const int NonceSize = 8;
    private const int StateWords = 16;
    private const int BlockSize = StateWords * sizeof(uint);
    private const int RowSize = BlockSize / 4;
    private const int Width = 4;

    // By diagonals: 0 5 10 15, 4 9 14 3, 8 13 2 7, 12 1 6 11.
    private readonly uint[] _state = new uint[StateWords];
    private readonly byte[] _keystream = new byte[Width * BlockSize];

    public Salsa20Cipher(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> constants = "expand 32-byte k"u8;
        Span<uint> words = stackalloc uint[StateWords];
        words.Clear();
        for (int i = 0; i < 4; i++)
        {
            words[5 * i] = BinaryPrimitives.ReadUInt32LittleEndian(constants[(4 * i)..]);
            words[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            words[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
        }

        for (int place = 0; place < StateWords; place++)
            _state[place] = words[((4 * (place / 4)) + (5 * (place % 4))) % StateWords];
    }

    public void Encrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        foreach (Slice packet in packets)
            Apply(buffer.Slice(packet.Offset, packet.Length));
    }

    public void Decrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets) => Encrypt(buffer, packets);

    private void Apply(Span<byte> packet)
    {
        if (packet.Length <= NonceSize)
            return;
        ulong nonce = BinaryPrimitives.ReadUInt64LittleEndian(packet);
        Span<byte> rest = packet[NonceSize..];
        for (uint counter = 0; !rest.IsEmpty; counter += Width)
        {
            Generate(nonce, counter);
            Span<byte> part = rest[..Math.Min(rest.Length, _keystream.Length)];
            ByteXor.Apply(part, _keystream);
            rest = rest[part.Length..];
        }
    }

    /// <summary>Fills the keystream with the blocks <paramref name="counter"/> to counter + 3.</summary>
    private void Generate(ulong nonce, uint counter)
    {
        // The counter is 64 bits wide, but no packet comes near 2^32 blocks: its upper word stays zero.
        Vector128<uint> first = Vector128.LoadUnsafe(ref _state[0]), second = Vector128.LoadUnsafe(ref _state[4]);
        Vector128<uint> third = Vector128.LoadUnsafe(ref _state[8]).WithElement(3, (uint)(nonce >> 32));
        Vector128<uint> fourth = Vector128.LoadUnsafe(ref _state[12]).WithElement(2, (uint)nonce);
        Vector256<uint> a = Vector256.Create(first), b = Vector256.Create(second), d = Vector256.Create(fourth);
        Vector256<uint> c = Vector256.Create(third.WithElement(0, counter), third.WithElement(0, counter + 1));
        Vector256<uint> c2 = Vector256.Create(third.WithElement(0, counter + 2), third.WithElement(0, counter + 3));

        Vector256<uint> w = a, x = b, y = c, z = d;
        Vector256<uint> w2 = a, x2 = b, y2 = c2, z2 = d;
        for (int doubleRound = 0; doubleRound < 10; doubleRound++)
        {
            QuarterRounds(ref w, ref x, ref y, ref z);
            QuarterRounds(ref w2, ref x2, ref y2, ref z2);
            (x, y, z) = (Rotate3(x), Rotate2(y), Rotate1(z));
            (x2, y2, z2) = (Rotate3(x2), Rotate2(y2), Rotate1(z2));
            QuarterRounds(ref w, ref z, ref y, ref x);
            QuarterRounds(ref w2, ref z2, ref y2, ref x2);
            (x, y, z) = (Rotate1(x), Rotate2(y), Rotate3(z));
            (x2, y2, z2) = (Rotate1(x2), Rotate2(y2), Rotate3(z2));
        }

        Store(w + a, x + b, y + c, z + d, _keystream);
        Store(w2 + a, x2 + b, y2 + c2, z2 + d, _keystream.AsSpan(2 * BlockSize));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRounds(
        ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        b ^= RotateLeft(a + d, 7);
        c ^= RotateLeft(b + a, 9);
        d ^= RotateLeft(c + b, 13);
        a ^= RotateLeft(d + c, 18);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateLeft(Vector256<uint> value, int bits) =>
        (value << bits) | (value >>> (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate1(Vector256<uint> value) =>
        Vector256.Shuffle(value, Vector256.Create(1u, 2, 3, 0, 5, 6, 7, 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate2(Vector256<uint> value) =>
        Vector256.Shuffle(value, Vector256.Create(2u, 3, 0, 1, 6, 7, 4, 5));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate3(Vector256<uint> value) =>
        Vector256.Shuffle(value, Vector256.Create(3u, 0, 1, 2, 7, 4, 5, 6));

    /// <summary>Writes two blocks, row by row.</summary>
    private static void Store(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, Span<byte> blocks)
    {
        Store(Row(a, d, c, b), blocks);
        Store(Row(b, a, d, c), blocks[RowSize..]);
        Store(Row(c, b, a, d), blocks[(2 * RowSize)..]);
        Store(Row(d, c, b, a), blocks[(3 * RowSize)..]);
    }

    /// <summary>One element of each diagonal, in the order of its argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Row(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d)
    {
        Vector256<uint> even = Vector256.Create(~0u, 0, ~0u, 0, ~0u, 0, ~0u, 0);
        Vector256<uint> left = Vector256.Create(~0u, ~0u, 0, 0, ~0u, ~0u, 0, 0);
        return Vector256.ConditionalSelect(
            left, Vector256.ConditionalSelect(even, a, b), Vector256.ConditionalSelect(even, c, d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<uint> row, Span<byte> blocks)
    {
        row.GetLower().AsByte().CopyTo(blocks);
        row.GetUpper().AsByte().CopyTo(blocks[BlockSize..]);
    }
}
