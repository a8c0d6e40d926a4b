using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KcpTun.Snappy;

/// <summary>
/// CRC-32C (Castagnoli) as snappy's framing masks it (PROTOCOL f). The base library has a step of eight bytes, but each
/// step waits for the one before; long data is first folded with carry-less products, four independent lanes at a time.
/// </summary>
/// <remarks>
/// Folding: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009. It
/// leaves 16 bytes that have the remainder of all that was folded. Measured over a frame of 8 KiB: see
/// SnappyBenchmarks.
/// </remarks>
internal static class Crc32C
{
    private const uint MaskDelta = 0xA282EAD8;
    private const int LaneBytes = 16;
    private const int StrideBytes = 4 * LaneBytes;

    // Below, setting up and joining the lanes costs more than they save.
    private const int FoldBytes = 4 * StrideBytes;

    /// <summary>x^(512+32) and x^(512−32) modulo the polynomial, reflected: one stride ahead.</summary>
    private static Vector128<ulong> NextStride => Vector128.Create(0x740EEF02ul, 0x9E4ADDF8ul);

    /// <summary>x^(128+32) and x^(128−32) modulo the polynomial, reflected: one lane ahead.</summary>
    private static Vector128<ulong> NextLane => Vector128.Create(0xF20C0DFEul, 0x14CD00BD6ul);

    /// <summary>The checksum that goes into a chunk.</summary>
    public static uint Masked(ReadOnlySpan<byte> data) =>
        unchecked(BitOperations.RotateRight(Compute(data), 15) + MaskDelta);

    public static uint Compute(ReadOnlySpan<byte> data) =>
        Pclmulqdq.IsSupported && data.Length >= FoldBytes ? ~Fold(data) : ~Update(uint.MaxValue, data);

    /// <summary>The plain version: every byte in its turn.</summary>
    internal static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            ulong value = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
            crc = BitOperations.Crc32C(crc, value);
        }

        foreach (byte value in data[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }

    private static uint Fold(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector128<ulong>> lanes = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        lanes = lanes[..(lanes.Length & ~3)];
        Vector128<ulong> a = lanes[0] ^ Vector128.CreateScalar((ulong)uint.MaxValue);
        Vector128<ulong> b = lanes[1];
        Vector128<ulong> c = lanes[2];
        Vector128<ulong> d = lanes[3];
        for (int i = 4; i + 3 < lanes.Length; i += 4)
        {
            a = Advance(a, NextStride) ^ lanes[i];
            b = Advance(b, NextStride) ^ lanes[i + 1];
            c = Advance(c, NextStride) ^ lanes[i + 2];
            d = Advance(d, NextStride) ^ lanes[i + 3];
        }

        b ^= Advance(a, NextLane);
        c ^= Advance(b, NextLane);
        d ^= Advance(c, NextLane);
        uint crc = BitOperations.Crc32C(BitOperations.Crc32C(0, d[0]), d[1]);
        return Update(crc, data[(lanes.Length * LaneBytes)..]);
    }

    private static Vector128<ulong> Advance(Vector128<ulong> lane, Vector128<ulong> distance) =>
        Pclmulqdq.CarrylessMultiply(lane, distance, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, distance, 0x11);
}
