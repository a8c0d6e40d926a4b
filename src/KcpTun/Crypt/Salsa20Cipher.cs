using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>
/// Salsa20/20. The first 8 bytes of a packet are the nonce and stay in clear; the keystream starts with the ninth
/// (PROTOCOL a.2).
/// </summary>
/// <remarks>
/// The 4 x 4 words of a block are held as its four diagonals, a vector each, so that one vector operation serves the
/// four quarter rounds of a round. Three blocks are computed at once: as many as fit into 16 registers.
/// Wider vectors would do more, but programs compiled ahead of time do not have them unless asked for. Keystream
/// words are stored in the processor's order, which is little-endian on all that this library is built for.
/// </remarks>
internal sealed class Salsa20Cipher : IPacketCipher
{
    private const int NonceSize = 8;
    private const int StateWords = 16;
    private const int BlockSize = StateWords * sizeof(uint);
    private const int RowSize = BlockSize / 4;
    private const int Width = 3;

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

    /// <summary>Fills the keystream with the blocks <paramref name="counter"/> to counter + 2.</summary>
    private void Generate(ulong nonce, uint counter)
    {
        // The counter is 64 bits wide, but no packet comes near 2^32 blocks: its upper word stays zero.
        Vector128<uint> a = Vector128.LoadUnsafe(ref _state[0]), b = Vector128.LoadUnsafe(ref _state[4]);
        Vector128<uint> c = Vector128.LoadUnsafe(ref _state[8]).WithElement(3, (uint)(nonce >> 32));
        Vector128<uint> d = Vector128.LoadUnsafe(ref _state[12]).WithElement(2, (uint)nonce);
        Vector128<uint> c1 = c.WithElement(0, counter), c2 = c.WithElement(0, counter + 1);
        Vector128<uint> c3 = c.WithElement(0, counter + 2);

        Vector128<uint> w1 = a, x1 = b, y1 = c1, z1 = d;
        Vector128<uint> w2 = a, x2 = b, y2 = c2, z2 = d;
        Vector128<uint> w3 = a, x3 = b, y3 = c3, z3 = d;
        for (int doubleRound = 0; doubleRound < 10; doubleRound++)
        {
            QuarterRounds(ref w1, ref x1, ref y1, ref z1);
            QuarterRounds(ref w2, ref x2, ref y2, ref z2);
            QuarterRounds(ref w3, ref x3, ref y3, ref z3);
            (x1, y1, z1) = (Turn3(x1), Turn2(y1), Turn1(z1));
            (x2, y2, z2) = (Turn3(x2), Turn2(y2), Turn1(z2));
            (x3, y3, z3) = (Turn3(x3), Turn2(y3), Turn1(z3));
            QuarterRounds(ref w1, ref z1, ref y1, ref x1);
            QuarterRounds(ref w2, ref z2, ref y2, ref x2);
            QuarterRounds(ref w3, ref z3, ref y3, ref x3);
            (x1, y1, z1) = (Turn1(x1), Turn2(y1), Turn3(z1));
            (x2, y2, z2) = (Turn1(x2), Turn2(y2), Turn3(z2));
            (x3, y3, z3) = (Turn1(x3), Turn2(y3), Turn3(z3));
        }

        Store(w1 + a, x1 + b, y1 + c1, z1 + d, _keystream);
        Store(w2 + a, x2 + b, y2 + c2, z2 + d, _keystream.AsSpan(BlockSize));
        Store(w3 + a, x3 + b, y3 + c3, z3 + d, _keystream.AsSpan(2 * BlockSize));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRounds(
        ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        b ^= RotateLeft(a + d, 7);
        c ^= RotateLeft(b + a, 9);
        d ^= RotateLeft(c + b, 13);
        a ^= RotateLeft(d + c, 18);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateLeft(Vector128<uint> value, int bits) =>
        (value << bits) | (value >>> (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Turn1(Vector128<uint> value) =>
        Vector128.Shuffle(value, Vector128.Create(1u, 2, 3, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Turn2(Vector128<uint> value) =>
        Vector128.Shuffle(value, Vector128.Create(2u, 3, 0, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Turn3(Vector128<uint> value) =>
        Vector128.Shuffle(value, Vector128.Create(3u, 0, 1, 2));

    /// <summary>Writes a block row by row.</summary>
    private static void Store(
        Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d, Span<byte> block)
    {
        Row(a, d, c, b).AsByte().CopyTo(block);
        Row(b, a, d, c).AsByte().CopyTo(block[RowSize..]);
        Row(c, b, a, d).AsByte().CopyTo(block[(2 * RowSize)..]);
        Row(d, c, b, a).AsByte().CopyTo(block[(3 * RowSize)..]);
    }

    /// <summary>One element of each diagonal, in the order of the arguments.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Row(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d)
    {
        Vector128<uint> even = Vector128.Create(~0u, 0, ~0u, 0);
        Vector128<uint> left = Vector128.Create(~0u, ~0u, 0, 0);
        return Vector128.ConditionalSelect(
            left, Vector128.ConditionalSelect(even, a, b), Vector128.ConditionalSelect(even, c, d));
    }
}
