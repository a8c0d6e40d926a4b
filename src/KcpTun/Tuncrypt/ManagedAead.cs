using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using BouncyCipher = Org.BouncyCastle.Crypto.Modes.ChaCha20Poly1305;

namespace KcpTun.Tuncrypt;

/// <summary>ChaCha20-Poly1305 of BouncyCastle, for systems that have none of their own. Allocates per call.</summary>
internal sealed class ManagedAead(ReadOnlySpan<byte> key) : Aead
{
    private readonly byte[] _key = key.ToArray();

    public override void Seal(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> plaintext,
        Span<byte> destination)
    {
        BouncyCipher cipher = Start(true, nonce, associated);
        int written = cipher.ProcessBytes(plaintext, destination);
        cipher.DoFinal(destination[written..]);
    }

    public override bool TryOpen(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> sealedText,
        Span<byte> plaintext)
    {
        // Not in place: this implementation releases plaintext as it goes, ahead of its check of the tag.
        byte[] unverified = new byte[plaintext.Length];
        try
        {
            BouncyCipher cipher = Start(false, nonce, associated);
            int written = cipher.ProcessBytes(sealedText, unverified);
            cipher.DoFinal(unverified.AsSpan(written));
            unverified.CopyTo(plaintext);
            return true;
        }
        catch (InvalidCipherTextException)
        {
            plaintext.Clear();
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(unverified);
        }
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private BouncyCipher Start(bool forEncryption, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated)
    {
        var cipher = new BouncyCipher();
        var parameters = new AeadParameters(
            new KeyParameter(_key), TagLength * 8, nonce.ToArray(), associated.ToArray());
        cipher.Init(forEncryption, parameters);
        return cipher;
    }
}
