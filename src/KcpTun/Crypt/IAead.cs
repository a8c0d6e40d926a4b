using System.Diagnostics.CodeAnalysis;

namespace KcpTun.Crypt;

/// <summary>Authenticated encryption of a payload in place, without additional data.</summary>
internal interface IAead
{
    /// <param name="nonce">12 bytes.</param>
    /// <param name="payload">Becomes ciphertext.</param>
    /// <param name="tag">Gets 16 bytes.</param>
    void Seal(ReadOnlySpan<byte> nonce, Span<byte> payload, Span<byte> tag);

    /// <summary>False when the tag is not that of the payload; the payload is no plaintext then.</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="payload">Becomes plaintext.</param>
    /// <param name="tag">16 bytes.</param>
    bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> payload, ReadOnlySpan<byte> tag);
}

/// <summary>Chooses the implementation of AES-GCM for this processor.</summary>
internal static class Aead
{
    public const int TagSize = 16;

    /// <param name="key">16, 24 or 32 bytes.</param>
    [ExcludeFromCodeCoverage(Justification = "The processor chooses.")]
    public static IAead CreateAesGcm(ReadOnlySpan<byte> key) =>
        X86AesUnit.IsSupported && GHash.IsSupported ? new BlockAesGcm<X86AesUnit>(key) : new LibraryAesGcm(key);
}
