namespace KcpTun.Tuncrypt;

/// <summary>What the first bytes of a session say about the end that sent them.</summary>
internal enum PreambleKind
{
    Tuncrypt,

    /// <summary>Another version of this layer.</summary>
    OtherVersion,

    /// <summary>An ordinary kcptun session: the start of a snappy stream or a smux frame.</summary>
    Plain,

    Unknown,
}

/// <summary>
/// The four bytes before each handshake message (PROTOCOL m.2): ASCII <c>KTN</c> and the version. Neither a snappy
/// stream nor a smux session can begin with them, so an end without this layer, a Go one included, stops at once with
/// a format error instead of waiting.
/// </summary>
internal static class Preamble
{
    public const int Length = 4;

    private const byte SmuxVersion1 = 1;
    private const byte SmuxVersion2 = 2;
    private const byte LastSmuxCommand = 4;

    /// <summary>What this version sends.</summary>
    public static ReadOnlySpan<byte> Bytes => "KTN\u0001"u8;

    private static ReadOnlySpan<byte> Magic => Bytes[..^1];

    /// <summary>The header of the stream identifier chunk (PROTOCOL f).</summary>
    private static ReadOnlySpan<byte> SnappyIdentifier => [0xFF, 0x06, 0x00, 0x00];

    /// <param name="opening">At least <see cref="Length"/> bytes.</param>
    public static PreambleKind Classify(ReadOnlySpan<byte> opening)
    {
        ReadOnlySpan<byte> preamble = opening[..Length];
        if (preamble.SequenceEqual(Bytes))
            return PreambleKind.Tuncrypt;
        if (preamble.StartsWith(Magic))
            return PreambleKind.OtherVersion;
        bool isSmux = preamble[0] is SmuxVersion1 or SmuxVersion2 && preamble[1] <= LastSmuxCommand;
        return isSmux || preamble.SequenceEqual(SnappyIdentifier) ? PreambleKind.Plain : PreambleKind.Unknown;
    }
}
