using System.Security.Cryptography;

namespace KcpTun.Tuncrypt;

/// <summary>ChaCha20-Poly1305 (RFC 8439) under one key. The tag follows the ciphertext.</summary>
internal abstract class Aead : IDisposable
{
    public const int KeyLength = 32;
    public const int NonceLength = 12;
    public const int TagLength = 16;

    /// <summary>The base library's implementation, or BouncyCastle's where the system has none.</summary>
    public static Aead Create(ReadOnlySpan<byte> key) =>
        ChaCha20Poly1305.IsSupported ? new SystemAead(key) : new ManagedAead(key);

    /// <param name="destination">Exactly <see cref="TagLength"/> bytes longer than the plaintext; no overlap.</param>
    public abstract void Seal(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> plaintext,
        Span<byte> destination);

    /// <param name="sealedText">Ciphertext and tag: at least <see cref="TagLength"/> bytes.</param>
    /// <param name="plaintext">
    /// Exactly <see cref="TagLength"/> bytes shorter; may be the same memory from the same start.
    /// </param>
    /// <returns>False when the tag does not match; the plaintext is then zeroed.</returns>
    public abstract bool TryOpen(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> sealedText,
        Span<byte> plaintext);

    public abstract void Dispose();
}
