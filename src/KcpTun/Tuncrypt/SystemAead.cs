using System.Security.Cryptography;

namespace KcpTun.Tuncrypt;

/// <summary>ChaCha20-Poly1305 of the base library (OpenSSL, CNG, CryptoKit).</summary>
internal sealed class SystemAead(ReadOnlySpan<byte> key) : Aead
{
    private readonly ChaCha20Poly1305 _cipher = new(key);

    public override void Seal(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> plaintext,
        Span<byte> destination) =>
        _cipher.Encrypt(nonce, plaintext, destination[..plaintext.Length], destination[plaintext.Length..], associated);

    public override bool TryOpen(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> sealedText,
        Span<byte> plaintext)
    {
        try
        {
            _cipher.Decrypt(nonce, sealedText[..^TagLength], sealedText[^TagLength..], plaintext, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // The library has no quiet form. It is thrown at most once in a session's life: the session then closes.
            return false;
        }
    }

    public override void Dispose() => _cipher.Dispose();
}
