using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KcpTun.Sim.Workloads;

/// <summary>
/// Application bytes that say of themselves where they belong: every eight of them are their flow, side and position,
/// scrambled by a bijection. They do not compress, and a misplaced one names its origin.
/// </summary>
internal sealed class PatternPayload
{
    private const int WordBits = 40;
    private const ulong WordMask = (1UL << WordBits) - 1;

    // Odd, so that multiplying by it can be undone; its bits are those of the golden ratio, so neighbours differ.
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;
    private const ulong Gather = 0xF1DE_83E1_9937_733D;

    private readonly ulong _owner;

    /// <param name="flow">Number of the flow, below 2^22.</param>
    /// <param name="isUp">Whether the client's application sends these bytes.</param>
    public PatternPayload(int flow, bool isUp)
    {
        _owner = (((ulong)flow << 1) | (isUp ? 1UL : 0)) << WordBits;
    }

    /// <summary>Writes the bytes from <paramref name="offset"/> on.</summary>
    public void Fill(Span<byte> destination, long offset)
    {
        int head = (int)Math.Min(-offset & 7, destination.Length);
        FillPart(destination[..head], offset);
        destination = destination[head..];
        long index = (offset + head) >> 3;
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(destination);
        FillWords(words, index);
        FillPart(destination[(destination.Length & ~7)..], (index + words.Length) << 3);
    }

    /// <summary>Compares received bytes with what belongs at <paramref name="offset"/>.</summary>
    /// <returns>What is wrong, naming where the bytes come from if they are some flow's; null if all is well.</returns>
    public string? Verify(ReadOnlySpan<byte> received, long offset)
    {
        Span<byte> expected = stackalloc byte[512];
        while (!received.IsEmpty)
        {
            Span<byte> part = expected[..Math.Min(received.Length, expected.Length)];
            Fill(part, offset);
            int same = received.CommonPrefixLength(part);
            if (same < part.Length)
                return $"wrong bytes at offset {offset + same} of {Name(_owner)}: {Origin(received[same..])}";
            received = received[part.Length..];
            offset += part.Length;
        }

        return null;
    }

    /// <summary>
    /// Neighbours differ by <see cref="Spread"/> before they are folded, so adding does instead of multiplying and a
    /// vector takes two of them. Word by word the filling and checking of payloads was 4 % of a run.
    /// </summary>
    private void FillWords(Span<ulong> words, long index)
    {
        Span<Vector128<ulong>> pairs = MemoryMarshal.Cast<ulong, Vector128<ulong>>(words);
        ulong first = (_owner | ((ulong)index & WordMask)) * Spread;
        Vector128<ulong> next = Vector128.Create(first, first + Spread);
        Vector128<ulong> step = Vector128.Create(unchecked(2 * Spread));
        foreach (ref Vector128<ulong> pair in pairs)
        {
            pair = next ^ (next >>> 32);
            next += step;
        }

        if (words.Length % 2 != 0)
            words[^1] = WordAt(index + words.Length - 1);
    }

    /// <summary>Less than a word.</summary>
    private void FillPart(Span<byte> destination, long offset)
    {
        ulong word = WordAt(offset >> 3) >> (int)((offset & 7) * 8);
        for (int i = 0; i < destination.Length; i++, word >>= 8)
            destination[i] = (byte)word;
    }

    /// <summary>Little-endian, as every platform .NET 10 runs on.</summary>
    private ulong WordAt(long index) => Mix(_owner | ((ulong)index & WordMask));

    /// <summary>Looks for a whole word among the bytes; eight alignments are possible.</summary>
    private static string Origin(ReadOnlySpan<byte> bytes)
    {
        for (int shift = 0; shift < sizeof(ulong) && shift + (2 * sizeof(ulong)) <= bytes.Length; shift++)
        {
            ulong first = Unmix(BinaryPrimitives.ReadUInt64LittleEndian(bytes[shift..]));
            ulong second = Unmix(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(shift + sizeof(ulong))..]));
            // Two neighbours in a row are no accident.
            if (second == first + 1)
                return $"they belong to offset {((long)(first & WordMask) << 3) - shift} of {Name(first & ~WordMask)}";
        }

        return "they belong to no flow";
    }

    private static string Name(ulong owner)
    {
        ulong side = owner >> WordBits;
        return $"flow {side >> 1} {((side & 1) == 1 ? "up" : "down")}";
    }

    private static ulong Mix(ulong x)
    {
        x *= Spread;
        return x ^ (x >> 32);
    }

    private static ulong Unmix(ulong x) => (x ^ (x >> 32)) * Gather;
}
