using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>
/// Wraps packets into datagrams and back: nonce, checksum or tag, and encryption, all in place (PROTOCOL a).
/// Works on batches, because most ciphers gain several times their speed from independent packets side by side.
/// Holds scratch memory: one per driver, not thread-safe.
/// </summary>
public sealed class Envelope
{
    /// <summary>Longest datagram either side handles, bytes; receivers cut longer ones (PROTOCOL a.4).</summary>
    public const int MaximumDatagram = 1500;

    private readonly IEnvelopeFormat _format;

    private Envelope(CipherKind kind, IEnvelopeFormat format)
    {
        Kind = kind;
        _format = format;
    }

    /// <summary>The cipher it was made for.</summary>
    public CipherKind Kind { get; }

    /// <summary>Bytes in front of the payload: 20, 12 or 0.</summary>
    public int HeaderLength => _format.HeaderLength;

    /// <summary>Bytes behind the payload: 16 with an authentication tag, else 0.</summary>
    public int TrailerLength => _format.TrailerLength;

    /// <summary>Makes the envelope of a cipher.</summary>
    /// <param name="kind">The cipher.</param>
    /// <param name="pass">The 32 bytes of <see cref="KeyDerivation.DerivePass"/>; ciphers use a prefix.</param>
    /// <exception cref="ArgumentException">The pass has another length.</exception>
    public static Envelope Create(CipherKind kind, ReadOnlySpan<byte> pass)
    {
        if (pass.Length != KeyDerivation.PassSize)
            throw new ArgumentException($"A pass has {KeyDerivation.PassSize} bytes.", nameof(pass));
        return new Envelope(kind, kind switch
        {
            CipherKind.Null => new BareFormat(),
            CipherKind.Aes128Gcm => new AeadFormat(Aead.CreateAesGcm(pass[..16])),
            _ => new ChecksumFormat(PacketCiphers.Create(kind, pass)),
        });
    }

    /// <summary>
    /// Seals whole datagrams in place. Each slice covers <see cref="HeaderLength"/> bytes of room, the payload, and
    /// <see cref="TrailerLength"/> bytes of room; slices must not overlap.
    /// </summary>
    /// <param name="buffer">What the slices point into.</param>
    /// <param name="datagrams">Header + trailer to <see cref="MaximumDatagram"/> bytes each.</param>
    /// <param name="entropy">Gives the nonces of the batch with one call.</param>
    /// <exception cref="ArgumentException">A slice is too short for the envelope, or too long.</exception>
    public void Seal(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, IEntropy entropy)
    {
        int shortest = HeaderLength + TrailerLength;
        foreach (Slice datagram in datagrams)
        {
            if (datagram.Length < shortest || datagram.Length > MaximumDatagram)
                throw new ArgumentException("No room for the envelope, or longer than a datagram.", nameof(datagrams));
        }

        if (!datagrams.IsEmpty)
            _format.Seal(buffer, datagrams, entropy);
    }

    /// <summary>
    /// Opens whole datagrams in place. Never throws on what a peer can send. A datagram longer than
    /// <see cref="MaximumDatagram"/> is cut there, as the receive buffer of kcptun does.
    /// </summary>
    /// <param name="buffer">What the slices point into.</param>
    /// <param name="datagrams">Datagrams of any length.</param>
    /// <param name="results">One result for each datagram, in order.</param>
    public void Open(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, Span<OpenResult> results) =>
        _format.Open(buffer, datagrams, results[..datagrams.Length]);

    /// <summary>
    /// Decrypts the front of a datagram in place and checks nothing: for whoever has it from its sender and needs no
    /// more than headers.
    /// </summary>
    /// <param name="front">The first bytes of a datagram, <see cref="HeaderLength"/> and more.</param>
    /// <returns>False if this cipher opens only whole datagrams; then nothing has changed.</returns>
    internal bool TryOpenFront(Span<byte> front) => _format.TryOpenFront(front);

    /// <summary>The part of a received datagram that counts.</summary>
    internal static Slice Clip(Slice datagram) => datagram with { Length = Math.Min(datagram.Length, MaximumDatagram) };
}
