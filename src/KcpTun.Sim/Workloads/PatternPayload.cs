using System.Buffers.Binary;

namespace KcpTun.Sim.Workloads;

/// <summary>
/// Application bytes that say of themselves where they belong: every eight of them are their flow, side and position,
/// scrambled by a bijection. They do not compress, and a misplaced one names its origin.
/// </summary>
internal sealed class PatternPayload
{
    private const int WordBits = 40;
    private const ulong WordMask = (1UL << WordBits) - 1;
    private const ulong M1 = 0xBF58_476D_1CE4_E5B9;
    private const ulong M2 = 0x94D0_49BB_1331_11EB;
    private const ulong M1Inverse = 0x96DE_1B17_3F11_9089;
    private const ulong M2Inverse = 0x3196_42B2_D24D_8EC3;

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
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        while (!destination.IsEmpty)
        {
            int skip = (int)(offset & 7);
            BinaryPrimitives.WriteUInt64LittleEndian(word, WordAt(offset >> 3));
            int length = Math.Min(sizeof(ulong) - skip, destination.Length);
            word.Slice(skip, length).CopyTo(destination);
            destination = destination[length..];
            offset += length;
        }
    }

    /// <summary>Compares received bytes with what belongs at <paramref name="offset"/>.</summary>
    /// <returns>What is wrong, naming where the bytes come from if they are some flow's; null if all is well.</returns>
    public string? Verify(ReadOnlySpan<byte> received, long offset)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        ReadOnlySpan<byte> rest = received;
        while (!rest.IsEmpty)
        {
            int skip = (int)(offset & 7);
            BinaryPrimitives.WriteUInt64LittleEndian(word, WordAt(offset >> 3));
            int length = Math.Min(sizeof(ulong) - skip, rest.Length);
            if (!rest[..length].SequenceEqual(word.Slice(skip, length)))
                return $"wrong bytes at offset {offset} of {Name(_owner)}: {Origin(rest)}";
            rest = rest[length..];
            offset += length;
        }

        return null;
    }

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
        x = (x ^ (x >> 30)) * M1;
        x = (x ^ (x >> 27)) * M2;
        return x ^ (x >> 31);
    }

    private static ulong Unmix(ulong x)
    {
        x = (x ^ (x >> 31) ^ (x >> 62)) * M2Inverse;
        x = (x ^ (x >> 27) ^ (x >> 54)) * M1Inverse;
        return x ^ (x >> 30) ^ (x >> 60);
    }
}
