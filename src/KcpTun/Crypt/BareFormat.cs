using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>The payload is the datagram (cipher <c>null</c>).</summary>
internal sealed class BareFormat : IEnvelopeFormat
{
    public int HeaderLength => 0;

    public int TrailerLength => 0;

    public void Seal(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, IEntropy entropy)
    {
    }

    public void Open(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, Span<OpenResult> results)
    {
        for (int i = 0; i < datagrams.Length; i++)
            results[i] = new OpenResult(OpenStatus.Ok, Envelope.Clip(datagrams[i]));
    }

    public bool TryOpenFront(Span<byte> front) => true;
}
