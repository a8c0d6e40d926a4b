using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>Nonce (12), ciphertext, tag (16) of AES-GCM without additional data (PROTOCOL a.3).</summary>
internal sealed class AeadFormat(IAead aead) : IEnvelopeFormat
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private byte[] _nonces = [];

    public int HeaderLength => NonceSize;

    public int TrailerLength => TagSize;

    public void Seal(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, IEntropy entropy)
    {
        int needed = datagrams.Length * NonceSize;
        if (_nonces.Length < needed)
            _nonces = new byte[needed];
        Span<byte> nonces = _nonces.AsSpan(0, needed);
        entropy.Fill(nonces);
        for (int i = 0; i < datagrams.Length; i++)
        {
            Span<byte> datagram = buffer.Slice(datagrams[i].Offset, datagrams[i].Length);
            nonces.Slice(i * NonceSize, NonceSize).CopyTo(datagram);
            Span<byte> payload = datagram[NonceSize..^TagSize];
            aead.Seal(datagram[..NonceSize], payload, datagram[^TagSize..]);
        }
    }

    public void Open(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, Span<OpenResult> results)
    {
        for (int i = 0; i < datagrams.Length; i++)
            results[i] = Open(buffer, Envelope.Clip(datagrams[i]));
    }

    public bool TryOpenFront(Span<byte> front) => false;

    private OpenResult Open(Span<byte> buffer, Slice slice)
    {
        if (slice.Length < NonceSize + TagSize)
            return new OpenResult(OpenStatus.TooShort, default);
        Span<byte> datagram = buffer.Slice(slice.Offset, slice.Length);
        Span<byte> payload = datagram[NonceSize..^TagSize];
        if (!aead.TryOpen(datagram[..NonceSize], payload, datagram[^TagSize..]))
            return new OpenResult(OpenStatus.ChecksumMismatch, default);
        return new OpenResult(OpenStatus.Ok, new Slice(slice.Offset + NonceSize, payload.Length));
    }
}
