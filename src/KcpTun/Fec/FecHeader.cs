using System.Buffers.Binary;

namespace KcpTun.Fec;

/// <summary>
/// The header of a FEC packet (PROTOCOL b.1): sequence number u32, type u16, then the protected region, which in a
/// data packet begins with its own length u16. All little-endian.
/// </summary>
public static class FecHeader
{
    /// <summary>Bytes in front of the KCP packet: sequence number, type and size.</summary>
    public const int Length = 8;

    /// <summary>Largest FEC packet, header included: no datagram is longer (PROTOCOL a.4).</summary>
    public const int MaxPacketLength = 1500;

    /// <summary>A KCP packet.</summary>
    public const ushort DataType = 0xF1;

    /// <summary>Redundancy of the group's KCP packets.</summary>
    public const ushort ParityType = 0xF2;

    /// <summary>Out of band: bypasses KCP and FEC; kcptun never sends it.</summary>
    public const ushort OutOfBandType = 0xF3;

    /// <summary>Bytes in front of the region that the code protects: everything from the size field on.</summary>
    internal const int RegionOffset = 6;

    /// <summary>Bytes of the size field, which counts itself.</summary>
    internal const int SizeLength = 2;

    private const int TypeOffset = 4;

    /// <summary>
    /// Whether an opened datagram is a FEC packet rather than a bare KCP packet, which has its command and fragment
    /// number where the type is and so never reads as one. It may still be shorter than <see cref="Length"/>.
    /// </summary>
    public static bool IsFec(ReadOnlySpan<byte> packet) =>
        packet.Length >= RegionOffset && ReadType(packet) is DataType or ParityType or OutOfBandType;

    /// <param name="packet">At least 6 bytes.</param>
    public static uint ReadSequence(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt32LittleEndian(packet);

    /// <param name="packet">At least 6 bytes.</param>
    public static ushort ReadType(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt16LittleEndian(packet[TypeOffset..]);

    internal static void Write(Span<byte> packet, uint sequence, ushort type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(packet, sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[TypeOffset..], type);
    }

    /// <summary>The sequence numbers of groups of <paramref name="shards"/> packets wrap to 0 before this one, so that
    /// a group never spans the wrap (PROTOCOL b.2, "paws").</summary>
    internal static uint SequenceLimit(int shards) => uint.MaxValue / (uint)shards * (uint)shards;
}
