namespace KcpTun.Primitives;

/// <summary>Comparison of 32-bit counters that wrap (serial-number arithmetic, RFC 1982).</summary>
public static class SequenceNumber
{
    /// <summary>
    /// Signed distance from <paramref name="earlier"/> to <paramref name="later"/> modulo 2^32:
    /// positive when <paramref name="later"/> is ahead by less than 2^31.
    /// </summary>
    public static int Difference(uint later, uint earlier) => unchecked((int)(later - earlier));
}
