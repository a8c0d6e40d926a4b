using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>The layout of a datagram; see <see cref="Envelope"/> for the contract of its members.</summary>
internal interface IEnvelopeFormat
{
    int HeaderLength { get; }

    int TrailerLength { get; }

    void Seal(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, IEntropy entropy);

    void Open(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, Span<OpenResult> results);

    bool TryOpenFront(Span<byte> front);
}
