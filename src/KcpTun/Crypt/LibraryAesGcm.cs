using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace KcpTun.Crypt;

/// <summary>AES-GCM of the base library.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its driver; its handles finalize themselves.")]
internal sealed class LibraryAesGcm(ReadOnlySpan<byte> key) : IAead
{
    private readonly AesGcm _gcm = new(key, Aead.TagSize);

    public void Seal(ReadOnlySpan<byte> nonce, Span<byte> payload, Span<byte> tag) =>
        _gcm.Encrypt(nonce, payload, payload, tag);

    public bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> payload, ReadOnlySpan<byte> tag)
    {
        try
        {
            _gcm.Decrypt(nonce, payload, tag, payload);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // The library has no other way to say so.
            return false;
        }
    }
}
