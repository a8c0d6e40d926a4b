using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace KcpTun.Qpp;

/// <summary>The xoshiro256** generator of Blackman and Vigna, seeded from a key (PROTOCOL g).</summary>
internal struct Xoshiro256
{
    private ulong _s0, _s1, _s2, _s3;

    public Xoshiro256(ReadOnlySpan<byte> key)
    {
        Span<byte> secret = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, "PERMUTATION_MATRIX_SELECTOR"u8, secret);
        Span<byte> state = stackalloc byte[4 * sizeof(ulong)];
        Rfc2898DeriveBytes.Pbkdf2(
            secret, "___QUANTUM_PERMUTATION_PAD_PRNG_SALT___"u8, state, 128, HashAlgorithmName.SHA1);
        _s0 = BinaryPrimitives.ReadUInt64LittleEndian(state);
        _s1 = BinaryPrimitives.ReadUInt64LittleEndian(state[8..]);
        _s2 = BinaryPrimitives.ReadUInt64LittleEndian(state[16..]);
        _s3 = BinaryPrimitives.ReadUInt64LittleEndian(state[24..]);
    }

    /// <summary>The four words of the state, for tests.</summary>
    public readonly ulong[] State => [_s0, _s1, _s2, _s3];

    public ulong Next()
    {
        ulong result = unchecked(BitOperations.RotateLeft(_s1 * 5, 7) * 9);
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }
}
