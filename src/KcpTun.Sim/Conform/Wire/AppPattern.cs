namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// What applications send: byte i is (i·131 + i/251 + 17) mod 256, so that a misplaced byte shows. It repeats after
/// <see cref="Period"/> bytes.
/// </summary>
internal static class AppPattern
{
    /// <summary>Bytes after which the pattern repeats: there i·131 and i/251 have both grown by 128.</summary>
    public const int Period = 128 * 251;

    /// <summary>Fewer bytes than these are as likely to be something else.</summary>
    public const int ShortestFind = 8;

    private const int LongestProbe = 256;

    private static readonly byte[] s_pattern = Create();

    /// <summary>Writes the bytes from <paramref name="offset"/> on.</summary>
    public static void Fill(Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> part = From(offset, destination.Length);
            part.CopyTo(destination);
            destination = destination[part.Length..];
            offset += part.Length;
        }
    }

    /// <summary>Whether these are the bytes from <paramref name="offset"/> on.</summary>
    public static bool Matches(ReadOnlySpan<byte> data, long offset) => CommonLength(data, offset) == data.Length;

    /// <summary>How many bytes at the start are those from <paramref name="offset"/> on.</summary>
    public static int CommonLength(ReadOnlySpan<byte> data, long offset)
    {
        int length = 0;
        while (length < data.Length)
        {
            ReadOnlySpan<byte> part = From(offset + length, data.Length - length);
            int same = data[length..].CommonPrefixLength(part);
            length += same;
            if (same < part.Length)
                break;
        }

        return length;
    }

    /// <summary>
    /// The smallest offset from which on the pattern is these bytes; -1 if it never is, or if there are fewer than
    /// <see cref="ShortestFind"/>.
    /// </summary>
    public static int Find(ReadOnlySpan<byte> data)
    {
        if (data.Length < ShortestFind)
            return -1;
        ReadOnlySpan<byte> probe = data[..Math.Min(data.Length, LongestProbe)];
        int offset = 0;
        while (offset < Period)
        {
            int step = s_pattern.AsSpan(offset).IndexOf(probe);
            if (step < 0)
                return -1;
            offset += step;
            if (Matches(data, offset))
                return offset;
            offset++;
        }

        return -1;
    }

    private static ReadOnlySpan<byte> From(long offset, int length)
    {
        int start = (int)(offset % Period);
        return s_pattern.AsSpan(start, Math.Min(length, s_pattern.Length - start));
    }

    private static byte[] Create()
    {
        byte[] pattern = new byte[Period + LongestProbe];
        for (int i = 0; i < pattern.Length; i++)
            pattern[i] = unchecked((byte)((i * 131) + (i / 251) + 17));
        return pattern;
    }
}
