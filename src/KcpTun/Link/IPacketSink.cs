using KcpTun.Primitives;

namespace KcpTun.Link;

/// <summary>
/// Where a session puts its outgoing datagrams, with room left for the envelope. Always has room: a full batch is
/// sealed and sent on the way.
/// </summary>
public interface IPacketSink
{
    /// <summary>A free slot of at least 1536 bytes; the same one until <see cref="Commit"/>.</summary>
    Span<byte> Reserve();

    /// <summary>Takes the first <paramref name="length"/> bytes of the reserved slot as a datagram.</summary>
    void Commit(int length, in PeerAddress peer);
}
