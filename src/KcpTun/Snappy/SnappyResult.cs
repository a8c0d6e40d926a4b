namespace KcpTun.Snappy;

/// <summary>What a reader found. The last three are final: the stream cannot be read any further.</summary>
public enum SnappyResult
{
    /// <summary>All input was taken and holds no further complete chunk.</summary>
    NeedMore,

    /// <summary>The data of one chunk.</summary>
    Chunk,

    /// <summary>No stream identifier, a wrong checksum, or a block that does not decode.</summary>
    Corrupt,

    /// <summary>A chunk of an unknown type that must not be skipped.</summary>
    Unsupported,

    /// <summary>A data chunk that announces more than 65536 bytes of data can ever take.</summary>
    TooLarge,
}
