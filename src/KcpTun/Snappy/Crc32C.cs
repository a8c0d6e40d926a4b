using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace KcpTun.Snappy;

/// <summary>
/// CRC-32C (Castagnoli) as snappy's framing masks it (PROTOCOL f). The base library's step is one processor instruction
/// for eight bytes where there is one, and a table otherwise.
/// </summary>
internal static class Crc32C
{
    private const uint MaskDelta = 0xA282EAD8;

    /// <summary>The checksum that goes into a chunk.</summary>
    public static uint Masked(ReadOnlySpan<byte> data) =>
        unchecked(BitOperations.RotateRight(Compute(data), 15) + MaskDelta);

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            ulong value = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
            crc = BitOperations.Crc32C(crc, value);
        }

        foreach (byte value in data[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
