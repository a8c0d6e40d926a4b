using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace KcpTun.Crypt;

/// <summary>TEA with the 8 cycles of kcp-go, a quarter of the usual 32 (PROTOCOL a.1).</summary>
internal sealed class TeaBlockEncryptor(ReadOnlySpan<byte> key) : WideBlockEncryptor
{
    private const int Cycles = 8;
    private const uint Delta = 0x9E3779B9;

    private readonly uint _k0 = BinaryPrimitives.ReadUInt32BigEndian(key);
    private readonly uint _k1 = BinaryPrimitives.ReadUInt32BigEndian(key[4..]);
    private readonly uint _k2 = BinaryPrimitives.ReadUInt32BigEndian(key[8..]);
    private readonly uint _k3 = BinaryPrimitives.ReadUInt32BigEndian(key[12..]);

    protected override (Vector256<uint> Left, Vector256<uint> Right) Encrypt(
        Vector256<uint> left, Vector256<uint> right)
    {
        Vector256<uint> k0 = Vector256.Create(_k0), k1 = Vector256.Create(_k1);
        Vector256<uint> k2 = Vector256.Create(_k2), k3 = Vector256.Create(_k3);
        Vector256<uint> delta = Vector256.Create(Delta);
        Vector256<uint> sum = Vector256<uint>.Zero;
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            sum += delta;
            left += ((right << 4) + k0) ^ (right + sum) ^ ((right >>> 5) + k1);
            right += ((left << 4) + k2) ^ (left + sum) ^ ((left >>> 5) + k3);
        }

        return (left, right);
    }
}
