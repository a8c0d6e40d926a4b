using KcpTun.Tuncrypt;

namespace KcpTun.Link;

/// <summary>
/// Remembers how the peer's byte stream began and, when it turns out to be undecodable, says which option probably
/// differs. There is no negotiation in kcptun (PROTOCOL section 0): the first bytes are the only witness.
/// </summary>
public sealed class WireDiagnosis(LinkOptions options)
{
    private readonly byte[] _first = new byte[16];
    private int _count;

    private ReadOnlySpan<byte> First => _first.AsSpan(0, _count);

    /// <summary>Takes the next bytes of the peer's stream; only the first sixteen are kept.</summary>
    public void Observe(ReadOnlySpan<byte> bytes)
    {
        int taken = Math.Min(bytes.Length, _first.Length - _count);
        bytes[..taken].CopyTo(_first.AsSpan(_count));
        _count += taken;
    }

    /// <summary>One sentence naming the option that probably differs.</summary>
    public string Explain()
    {
        if (TuncryptSession.IsOpening(First))
            return "the peer runs with --tuncrypt and this end does not: set it on both ends or on neither";
        if (LooksLikeSnappy)
        {
            return options.Compression
                ? ExplainInsideCompression()
                : "the peer compresses and this end does not: --nocomp must be equal on both ends";
        }

        if (!LooksLikeSmux)
        {
            return "the peer's bytes are neither smux nor snappy: it may run with another --key "
                + "(crypt null checks nothing), or is no kcptun";
        }

        if (options.Compression)
            return "the peer does not compress and this end does: --nocomp must be equal on both ends";
        return _first[0] != options.Smux.Version
            ? $"the peer speaks smux version {_first[0]} and this end {options.Smux.Version}: "
                + "--smuxver must be equal on both ends"
            : "the peer sent a frame that is not smux";
    }

    private bool LooksLikeSnappy => First is [0xFF, 0x06, 0x00, 0x00, (byte)'s', ..];

    private bool LooksLikeSmux => First is [1 or 2, <= 4, ..];

    private string ExplainInsideCompression() =>
        "the peer's smux frames are not of this end's version: --smuxver must be equal on both ends "
        + $"(this end speaks {options.Smux.Version}; releases before 2022 default to 1, later ones to 2)";
}
