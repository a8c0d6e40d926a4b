namespace KcpTun.Fec;

/// <summary>What makes a <see cref="FecDecoder"/> believe in the shape of groups that it is given.</summary>
public enum FecTrust
{
    /// <summary>
    /// The packets seen so far: a group is recovered only if every shape that fits them all would recover it alike.
    /// A wrong shape recovers nothing.
    /// </summary>
    Evidence,

    /// <summary>
    /// Nothing: it counts until a packet contradicts it, as in the reference (PROTOCOL b.4). What a wrong shape
    /// recovers before that packet arrives was never sent.
    /// </summary>
    Blind,
}
