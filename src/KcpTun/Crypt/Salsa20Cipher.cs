using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>
/// Salsa20/20. The first 8 bytes of a packet are the nonce and stay in clear; the keystream starts with the ninth
/// (PROTOCOL a.2). Eight keystream blocks are computed at once, one in each element of sixteen vectors.
/// </summary>
internal sealed class Salsa20Cipher : IPacketCipher
{
    private const int NonceSize = 8;
    private const int StateWords = 16;
    private const int Width = 8;
    private const int NonceWord = 6;
    private const int CounterWord = 8;

    private readonly uint[] _state = new uint[StateWords];
    private readonly byte[] _keystream = new byte[Width * StateWords * sizeof(uint)];

    public Salsa20Cipher(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> constants = "expand 32-byte k"u8;
        for (int i = 0; i < 4; i++)
        {
            _state[5 * i] = BinaryPrimitives.ReadUInt32LittleEndian(constants[(4 * i)..]);
            _state[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            _state[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
        }
    }

    public void Encrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        foreach (Slice packet in packets)
        {
            if (packet.Length > NonceSize)
                Apply(buffer.Slice(packet.Offset, packet.Length));
        }
    }

    public void Decrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets) => Encrypt(buffer, packets);

    private void Apply(Span<byte> packet)
    {
        _state[NonceWord] = BinaryPrimitives.ReadUInt32LittleEndian(packet);
        _state[NonceWord + 1] = BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]);
        Span<byte> rest = packet[NonceSize..];
        for (uint counter = 0; !rest.IsEmpty; counter += Width)
        {
            Generate(counter);
            Span<byte> part = rest[..Math.Min(rest.Length, _keystream.Length)];
            ByteXor.Apply(part, _keystream);
            rest = rest[part.Length..];
        }
    }

    /// <summary>Fills the keystream with the blocks <paramref name="counter"/> to counter + 7.</summary>
    private void Generate(uint counter)
    {
        Span<Vector256<uint>> input = stackalloc Vector256<uint>[StateWords];
        for (int i = 0; i < StateWords; i++)
            input[i] = Vector256.Create(_state[i]);
        // The counter is 64 bits wide, but no packet comes near 2^32 blocks: the upper word stays zero.
        input[CounterWord] = Vector256.Create(counter) + Vector256<uint>.Indices;

        Span<Vector256<uint>> x = stackalloc Vector256<uint>[StateWords];
        input.CopyTo(x);
        for (int doubleRound = 0; doubleRound < 10; doubleRound++)
        {
            QuarterRound(ref x[0], ref x[4], ref x[8], ref x[12]);
            QuarterRound(ref x[5], ref x[9], ref x[13], ref x[1]);
            QuarterRound(ref x[10], ref x[14], ref x[2], ref x[6]);
            QuarterRound(ref x[15], ref x[3], ref x[7], ref x[11]);
            QuarterRound(ref x[0], ref x[1], ref x[2], ref x[3]);
            QuarterRound(ref x[5], ref x[6], ref x[7], ref x[4]);
            QuarterRound(ref x[10], ref x[11], ref x[8], ref x[9]);
            QuarterRound(ref x[15], ref x[12], ref x[13], ref x[14]);
        }

        for (int i = 0; i < StateWords; i++)
            Scatter(x[i] + input[i], _keystream.AsSpan(i * sizeof(uint)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(
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

    /// <summary>Puts one word into each of the eight keystream blocks.</summary>
    private static void Scatter(Vector256<uint> words, Span<byte> destination)
    {
        for (int block = 0; block < Width; block++)
        {
            int position = block * StateWords * sizeof(uint);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[position..], words[block]);
        }
    }
}
