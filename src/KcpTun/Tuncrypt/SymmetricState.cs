using System.Security.Cryptography;

namespace KcpTun.Tuncrypt;

/// <summary>
/// Noise's SymmetricState (Noise 5.2) with SHA-256: everything both ends have seen and agreed on so far, as a
/// transcript hash and a chaining key. Noise's HKDF is RFC 5869's with the chaining key as salt and no info.
/// </summary>
internal sealed class SymmetricState : IDisposable
{
    public const int HashLength = 32;

    private readonly byte[] _chainingKey = new byte[HashLength];
    private readonly byte[] _hash = new byte[HashLength];
    private readonly CipherState _cipher = new();

    /// <param name="protocolName">
    /// Noise pads a name of up to 32 bytes and hashes a longer one; every name used here is longer.
    /// </param>
    public SymmetricState(ReadOnlySpan<byte> protocolName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(protocolName.Length, HashLength);
        SHA256.HashData(protocolName, _hash);
        _hash.CopyTo(_chainingKey, 0);
    }

    /// <summary>Names the handshake: the same on both ends if and only if they saw the same one.</summary>
    public ReadOnlySpan<byte> HandshakeHash => _hash;

    public void MixHash(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_hash);
        hash.AppendData(data);
        hash.GetHashAndReset(_hash);
    }

    public void MixKey(ReadOnlySpan<byte> input)
    {
        Span<byte> output = stackalloc byte[HashLength * 2];
        Derive(input, output);
        output[..HashLength].CopyTo(_chainingKey);
        _cipher.InitializeKey(output[HashLength..]);
        CryptographicOperations.ZeroMemory(output);
    }

    public void MixKeyAndHash(ReadOnlySpan<byte> input)
    {
        Span<byte> output = stackalloc byte[HashLength * 3];
        Derive(input, output);
        output[..HashLength].CopyTo(_chainingKey);
        MixHash(output.Slice(HashLength, HashLength));
        _cipher.InitializeKey(output[(HashLength * 2)..]);
        CryptographicOperations.ZeroMemory(output);
    }

    /// <param name="destination">Exactly <see cref="CipherState.TagLength"/> bytes longer than the plaintext.</param>
    public void EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        // A handshake key protects one message, so its nonces cannot run out.
        _cipher.TryEncrypt(_hash, plaintext, destination);
        MixHash(destination);
    }

    /// <returns>False when the ciphertext is not authentic; the state must then be thrown away.</returns>
    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (!_cipher.TryDecrypt(_hash, ciphertext, plaintext))
            return false;
        MixHash(ciphertext);
        return true;
    }

    /// <summary>The ciphers of the transport phase: from the initiator, and from the responder.</summary>
    public (CipherState FromInitiator, CipherState FromResponder) Split()
    {
        Span<byte> output = stackalloc byte[HashLength * 2];
        Derive([], output);
        (CipherState, CipherState) ciphers = (new(output[..HashLength]), new(output[HashLength..]));
        CryptographicOperations.ZeroMemory(output);
        return ciphers;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_chainingKey);
    }

    private void Derive(ReadOnlySpan<byte> input, Span<byte> output)
    {
        // The extract step is written out because OpenSSL's HKDF refuses the empty input of Split.
        Span<byte> pseudorandomKey = stackalloc byte[HashLength];
        HMACSHA256.HashData(_chainingKey, input, pseudorandomKey);
        HKDF.Expand(HashAlgorithmName.SHA256, pseudorandomKey, output, []);
        CryptographicOperations.ZeroMemory(pseudorandomKey);
    }
}
