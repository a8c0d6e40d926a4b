using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace KcpTun.Crypt;

/// <summary>XTEA with 32 cycles; ours because eight blocks at once are several times faster than the library.</summary>
internal sealed class XteaBlockEncryptor : WideBlockEncryptor
{
    private const int Cycles = 32;
    private const uint Delta = 0x9E3779B9;

    // What each of the 64 rounds adds: the running sum and the key word it selects.
    private readonly uint[] _roundKeys = new uint[2 * Cycles];

    public XteaBlockEncryptor(ReadOnlySpan<byte> key)
    {
        Span<uint> words = stackalloc uint[4];
        for (int i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(key[(4 * i)..]);
        uint sum = 0;
        for (int round = 0; round < _roundKeys.Length; round += 2)
        {
            _roundKeys[round] = unchecked(sum + words[(int)(sum & 3)]);
            sum = unchecked(sum + Delta);
            _roundKeys[round + 1] = unchecked(sum + words[(int)((sum >> 11) & 3)]);
        }
    }

    protected override (Vector256<uint> Left, Vector256<uint> Right) Encrypt(
        Vector256<uint> left, Vector256<uint> right)
    {
        for (int round = 0; round < _roundKeys.Length; round += 2)
        {
            left += (((right << 4) ^ (right >>> 5)) + right) ^ Vector256.Create(_roundKeys[round]);
            right += (((left << 4) ^ (left >>> 5)) + left) ^ Vector256.Create(_roundKeys[round + 1]);
        }

        return (left, right);
    }
}
