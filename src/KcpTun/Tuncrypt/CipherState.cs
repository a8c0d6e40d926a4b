using System.Buffers.Binary;
using System.Security.Cryptography;

namespace KcpTun.Tuncrypt;

/// <summary>
/// Noise's CipherState (Noise specification, revision 34, section 5.1) with ChaCha20-Poly1305: a key and the number
/// of messages it has protected, which is the nonce. Encryption and decryption of message n must both be the n-th call.
/// </summary>
internal sealed class CipherState : IDisposable
{
    public const int KeyLength = Aead.KeyLength;
    public const int TagLength = Aead.TagLength;

    /// <summary>The last nonce belongs to <see cref="Rekey"/>; no message may use it.</summary>
    public const ulong RekeyNonce = ulong.MaxValue;

    private Aead? _aead;

    public CipherState()
    {
    }

    /// <param name="nonce">Messages already protected under this key.</param>
    public CipherState(ReadOnlySpan<byte> key, ulong nonce = 0)
    {
        InitializeKey(key);
        Nonce = nonce;
    }

    /// <summary>Messages protected so far: the nonce of the next one.</summary>
    public ulong Nonce { get; private set; }

    public void InitializeKey(ReadOnlySpan<byte> key)
    {
        _aead?.Dispose();
        _aead = Aead.Create(key);
        Nonce = 0;
    }

    /// <param name="destination"><see cref="TagLength"/> bytes longer than the plaintext.</param>
    /// <returns>False when the nonces are used up: nothing was written, and nothing may ever be again.</returns>
    public bool TryEncrypt(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        if (Nonce == RekeyNonce)
            return false;
        Span<byte> nonce = stackalloc byte[Aead.NonceLength];
        WriteNonce(Nonce, nonce);
        Keyed().Seal(nonce, associated, plaintext, destination[..(plaintext.Length + TagLength)]);
        Nonce++;
        return true;
    }

    /// <returns>False when the message is not authentic under this key and nonce; the nonce does not advance.</returns>
    public bool TryDecrypt(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (ciphertext.Length < TagLength || Nonce == RekeyNonce)
            return false;
        Span<byte> nonce = stackalloc byte[Aead.NonceLength];
        WriteNonce(Nonce, nonce);
        if (!Keyed().TryOpen(nonce, associated, ciphertext, plaintext[..(ciphertext.Length - TagLength)]))
            return false;
        Nonce++;
        return true;
    }

    /// <summary>Replaces the key by a one-way function of it (Noise 11.3, 4.2). The nonce goes on counting.</summary>
    public void Rekey()
    {
        Span<byte> nonce = stackalloc byte[Aead.NonceLength];
        WriteNonce(RekeyNonce, nonce);
        Span<byte> zeros = stackalloc byte[KeyLength];
        zeros.Clear();
        Span<byte> output = stackalloc byte[KeyLength + TagLength];
        Aead old = Keyed();
        old.Seal(nonce, [], zeros, output);
        _aead = Aead.Create(output[..KeyLength]);
        old.Dispose();
        CryptographicOperations.ZeroMemory(output);
    }

    public void Dispose()
    {
        _aead?.Dispose();
        _aead = null;
    }

    private Aead Keyed() => _aead ?? throw new InvalidOperationException("The cipher has no key.");

    private static void WriteNonce(ulong value, Span<byte> nonce)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], value);
    }
}
