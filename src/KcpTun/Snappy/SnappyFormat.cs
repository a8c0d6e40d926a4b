using SnappyBlock = Snappier.Snappy;

namespace KcpTun.Snappy;

/// <summary>Constants of snappy's framing format (PROTOCOL f).</summary>
internal static class SnappyFormat
{
    /// <summary>Type and 24-bit length of a chunk, bytes.</summary>
    public const int HeaderLength = 4;

    public const int ChecksumLength = 4;

    /// <summary>Most uncompressed bytes of a chunk.</summary>
    public const int MaxBlockLength = 65536;

    public const byte Compressed = 0x00;

    public const byte Uncompressed = 0x01;

    /// <summary>Types from here on may be skipped: 80..FD are reserved, FE is padding.</summary>
    public const byte FirstSkippable = 0x80;

    public const byte StreamIdentifier = 0xFF;

    /// <summary>Longest body of a data chunk: the checksum and a block that did not compress at all, bytes.</summary>
    public static int MaxChunkBody { get; } = ChecksumLength + SnappyBlock.GetMaxCompressedLength(MaxBlockLength);

    /// <summary>The chunk that starts a stream.</summary>
    public static ReadOnlySpan<byte> Identifier =>
        [StreamIdentifier, 6, 0, 0, (byte)'s', (byte)'N', (byte)'a', (byte)'P', (byte)'p', (byte)'Y'];
}
