using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace KcpTun.Tuncrypt;

/// <summary>
/// Noise's HandshakeState (Noise 5.3) for one protocol, <c>Noise_NNpsk0_25519_ChaChaPoly_SHA256</c>:
/// <code>
/// -> psk, e
/// &lt;- e, ee
/// </code>
/// Both ends prove that they know the pre-shared key; the keys of the transport phase also depend on two ephemeral
/// key pairs that are forgotten afterwards, so that a pre-shared key learnt later opens no recorded session.
/// </summary>
internal sealed class HandshakeState : IDisposable
{
    public const int PublicKeyLength = X25519.PointSize;
    public const int PrivateKeyLength = X25519.ScalarSize;
    public const int PskLength = 32;

    /// <summary>What a message adds to its payload, bytes.</summary>
    public const int MessageOverhead = PublicKeyLength + CipherState.TagLength;

    private readonly bool _isInitiator;
    private readonly SymmetricState _symmetric = new("Noise_NNpsk0_25519_ChaChaPoly_SHA256"u8);
    private readonly byte[] _psk;
    private readonly byte[] _privateKey;
    private readonly byte[] _remotePublicKey = new byte[PublicKeyLength];
    private int _messages;

    /// <param name="prologue">Bytes both ends must agree on beforehand; of any length.</param>
    /// <param name="psk">32 bytes.</param>
    /// <param name="ephemeralPrivateKey">32 unpredictable bytes, never used for another handshake.</param>
    public HandshakeState(
        bool isInitiator,
        ReadOnlySpan<byte> prologue,
        ReadOnlySpan<byte> psk,
        ReadOnlySpan<byte> ephemeralPrivateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(psk.Length, PskLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ephemeralPrivateKey.Length, PrivateKeyLength);
        _isInitiator = isInitiator;
        _psk = psk.ToArray();
        _privateKey = ephemeralPrivateKey.ToArray();
        _symmetric.MixHash(prologue);
    }

    public bool IsComplete => _messages == 2;

    public ReadOnlySpan<byte> HandshakeHash => _symmetric.HandshakeHash;

    private bool IsOurTurn => !IsComplete && _isInitiator == (_messages == 0);

    /// <summary>Writes the next message, which must be ours.</summary>
    /// <param name="message">Exactly <see cref="MessageOverhead"/> bytes longer than the payload.</param>
    /// <returns>False when the peer's public key is degenerate, so that no secret can be agreed on.</returns>
    public bool TryWriteMessage(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        if (!IsOurTurn)
            throw new InvalidOperationException("It is the peer's turn in the handshake.");
        Span<byte> publicKey = message[..PublicKeyLength];
        X25519.GeneratePublicKey(_privateKey, publicKey);
        if (!TryMixTokens(publicKey))
            return false;
        _symmetric.EncryptAndHash(payload, message[PublicKeyLength..]);
        _messages++;
        return true;
    }

    /// <summary>Reads the next message, which must be the peer's.</summary>
    /// <param name="payload">Exactly <see cref="MessageOverhead"/> bytes shorter than the message.</param>
    /// <returns>False when it is not authentic; the handshake must then be thrown away.</returns>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        if (IsOurTurn || IsComplete)
            throw new InvalidOperationException("It is not the peer's turn in the handshake.");
        if (message.Length < MessageOverhead)
            return false;
        message[..PublicKeyLength].CopyTo(_remotePublicKey);
        if (!TryMixTokens(_remotePublicKey))
            return false;
        if (!_symmetric.TryDecryptAndHash(message[PublicKeyLength..], payload))
            return false;
        _messages++;
        return true;
    }

    /// <summary>The ciphers of the transport phase. Once, when <see cref="IsComplete"/>.</summary>
    public (CipherState Send, CipherState Receive) Split()
    {
        if (!IsComplete)
            throw new InvalidOperationException("The handshake is not complete.");
        (CipherState fromInitiator, CipherState fromResponder) = _symmetric.Split();
        return _isInitiator ? (fromInitiator, fromResponder) : (fromResponder, fromInitiator);
    }

    public void Dispose()
    {
        _symmetric.Dispose();
        CryptographicOperations.ZeroMemory(_psk);
        CryptographicOperations.ZeroMemory(_privateKey);
    }

    /// <summary>The tokens of the current message, up to its payload; the same for its writer and its reader.</summary>
    private bool TryMixTokens(ReadOnlySpan<byte> ephemeral)
    {
        bool isFirst = _messages == 0;
        if (isFirst)
            _symmetric.MixKeyAndHash(_psk);
        _symmetric.MixHash(ephemeral);
        // In a psk handshake the ephemeral key is also key material (Noise 9.2).
        _symmetric.MixKey(ephemeral);
        return isFirst || TryMixSharedSecret();
    }

    private bool TryMixSharedSecret()
    {
        Span<byte> secret = stackalloc byte[PublicKeyLength];
        bool isContributory = X25519.CalculateAgreement(_privateKey, _remotePublicKey, secret);
        if (isContributory)
            _symmetric.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
        return isContributory;
    }
}
