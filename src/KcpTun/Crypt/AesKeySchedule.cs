using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KcpTun.Crypt;

/// <summary>AES key expansion (FIPS 197, 5.2) without tables: the processor has the S-box.</summary>
internal static class AesKeySchedule
{
    /// <summary>Expands a key of 16, 24 or 32 bytes.</summary>
    /// <returns>11, 13 or 15 round keys.</returns>
    public static Vector128<byte>[] Expand<TUnit>(ReadOnlySpan<byte> key)
        where TUnit : struct, IAesUnit
    {
        int keyWords = key.Length / sizeof(uint);
        Vector128<byte>[] roundKeys = new Vector128<byte>[keyWords + 7];
        Span<uint> words = MemoryMarshal.Cast<Vector128<byte>, uint>(roundKeys.AsSpan());
        for (int i = 0; i < keyWords; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);

        uint roundConstant = 1;
        for (int i = keyWords; i < words.Length; i++)
        {
            uint word = words[i - 1];
            if (i % keyWords == 0)
            {
                // The words are little-endian here, so the byte rotation of the standard goes right.
                word = SubWord<TUnit>(BitOperations.RotateRight(word, 8)) ^ roundConstant;
                roundConstant = (roundConstant << 1) ^ (0x11Bu * (roundConstant >> 7));
            }
            else if (keyWords > 6 && i % keyWords == 4)
            {
                word = SubWord<TUnit>(word);
            }

            words[i] = words[i - keyWords] ^ word;
        }

        return roundKeys;
    }

    // With four equal columns ShiftRows changes nothing, so what remains of a last round is the S-box.
    private static uint SubWord<TUnit>(uint word)
        where TUnit : struct, IAesUnit =>
        TUnit.LastRound(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();
}
