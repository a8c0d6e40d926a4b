using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace KcpTun.Crypt;

/// <summary>
/// A cipher on blocks of two big-endian words, made of additions, shifts and exclusive or only: eight blocks are
/// encrypted at once, one in each element of a vector.
/// </summary>
internal abstract class WideBlockEncryptor : IBlockEncryptor
{
    private const int Width = 8;

    public int BlockSize => 2 * sizeof(uint);

    public void Encrypt(byte[] blocks, int count)
    {
        Span<uint> left = stackalloc uint[Width];
        Span<uint> right = stackalloc uint[Width];
        for (int first = 0; first < count; first += Width)
        {
            int taken = Math.Min(Width, count - first);
            Span<byte> group = blocks.AsSpan(first * BlockSize, taken * BlockSize);
            for (int i = 0; i < taken; i++)
            {
                left[i] = BinaryPrimitives.ReadUInt32BigEndian(group[(i * BlockSize)..]);
                right[i] = BinaryPrimitives.ReadUInt32BigEndian(group[((i * BlockSize) + 4)..]);
            }

            (Vector256<uint> leftOut, Vector256<uint> rightOut) =
                Encrypt(Vector256.Create<uint>(left), Vector256.Create<uint>(right));
            leftOut.CopyTo(left);
            rightOut.CopyTo(right);
            for (int i = 0; i < taken; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(group[(i * BlockSize)..], left[i]);
                BinaryPrimitives.WriteUInt32BigEndian(group[((i * BlockSize) + 4)..], right[i]);
            }
        }
    }

    /// <summary>All rounds of the cipher on the two words of eight blocks.</summary>
    protected abstract (Vector256<uint> Left, Vector256<uint> Right) Encrypt(
        Vector256<uint> left, Vector256<uint> right);
}
