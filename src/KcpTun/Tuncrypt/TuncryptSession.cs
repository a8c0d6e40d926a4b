using System.Security.Cryptography;
using System.Text;
using KcpTun.Primitives;

namespace KcpTun.Tuncrypt;

/// <summary>
/// The layer of <c>--tuncrypt</c> for one KCP session (PROTOCOL m): a Noise NNpsk0 handshake, client first, then both
/// byte streams in authenticated records. It exists between two ends of this project only. Single-threaded; it neither
/// sends nor waits: the caller carries the bytes and limits how long the handshake may take.
/// <para>
/// It fails closed: whatever is wrong with the peer's bytes ends the session, both ways, and no byte is ever produced
/// because of it.
/// </para>
/// </summary>
public sealed partial class TuncryptSession : IDisposable
{
    /// <summary>Bytes of each of the two handshake messages.</summary>
    public const int HandshakeLength = Preamble.Length + HandshakeState.MessageOverhead;

    /// <summary>Bytes of the pre-shared key.</summary>
    public const int PskLength = HandshakeState.PskLength;

    /// <summary>The phrase for the log of a caller whose time-out ended the handshake.</summary>
    public const string NoAnswer = "the peer did not answer the tuncrypt handshake: "
        + "it runs without --tuncrypt (Go's kcptun has no such flag) or has another --key";

    /// <summary>
    /// PBKDF2 rounds: whoever has recorded a first message can try keys against it, so each try has to cost something.
    /// </summary>
    private const int PskIterations = 600_000;

    private readonly bool _isClient;
    private HandshakeState? _handshake;
    private CipherState? _send;
    private CipherState? _receive;

    /// <summary>Our handshake message while it waits to be taken.</summary>
    private byte[]? _outgoing;

    /// <summary>The message being received: a handshake message, later a record.</summary>
    private byte[] _buffer = new byte[HandshakeLength];
    private int _collected;

    /// <param name="isClient">The client speaks first.</param>
    /// <param name="psk">32 bytes, from <see cref="DerivePsk"/>.</param>
    /// <param name="entropy">Source of this session's ephemeral key; not kept.</param>
    public TuncryptSession(bool isClient, ReadOnlySpan<byte> psk, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        _isClient = isClient;
        Span<byte> ephemeral = stackalloc byte[HandshakeState.PrivateKeyLength];
        entropy.Fill(ephemeral);
        _handshake = new HandshakeState(isClient, "kcptun tuncrypt v1"u8, psk, ephemeral);
        CryptographicOperations.ZeroMemory(ephemeral);
        if (isClient)
            TryPrepareMessage(_handshake);
    }

    /// <summary>
    /// Records may be sealed. The server cannot yet tell a live client from the replay of a recorded first message:
    /// only the first <see cref="TuncryptResult.Plaintext"/> proves that, so nothing should be done for a peer before.
    /// </summary>
    public bool IsEstablished => _send is not null && _outgoing is null;

    /// <summary>Why the session is closed, as one phrase for the log; null while it is not.</summary>
    public string? FailureReason { get; private set; }

    private string PeerRole => _isClient ? "server" : "client";

    /// <summary>
    /// The pre-shared key for <paramref name="key"/>, the value of <c>--key</c>: PBKDF2-HMAC-SHA256 under a label of
    /// its own, so that it shares nothing with the keys of the packet envelope (PROTOCOL a.1). Slow on purpose (a
    /// tenth of a second and more): once per process, not per session.
    /// </summary>
    /// <returns>32 bytes.</returns>
    public static byte[] DerivePsk(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(key),
            "kcptun tuncrypt psk v1"u8,
            PskIterations,
            HashAlgorithmName.SHA256,
            PskLength);
    }

    /// <summary>
    /// Whether a peer's first bytes open this layer: lets an end that runs without it name the cause.
    /// </summary>
    /// <param name="opening">The first bytes of a session's stream; fewer than 4 are never enough.</param>
    public static bool IsOpening(ReadOnlySpan<byte> opening) =>
        opening.Length >= Preamble.Length
        && Preamble.Classify(opening) is PreambleKind.Tuncrypt or PreambleKind.OtherVersion;

    /// <summary>
    /// The handshake message to send now: the client's at once, the server's after it has read the client's. It must
    /// reach the peer before any record.
    /// </summary>
    /// <param name="destination">At least <see cref="HandshakeLength"/> bytes.</param>
    /// <param name="length">Bytes written; 0 when there is nothing to send.</param>
    public bool TryTakeHandshake(Span<byte> destination, out int length)
    {
        length = 0;
        if (_outgoing is null)
            return false;
        _outgoing.CopyTo(destination);
        length = _outgoing.Length;
        _outgoing = null;
        return true;
    }

    /// <summary>
    /// Takes the next bytes of the peer's stream, cut anyhow. Call until <paramref name="input"/> is empty.
    /// </summary>
    /// <param name="input">Advanced past the bytes taken, never beyond the end of one message.</param>
    /// <param name="plaintext">One record's content, valid until the next call; else empty.</param>
    public TuncryptResult Read(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> plaintext)
    {
        plaintext = default;
        if (_receive is not null)
            return ReadRecord(ref input, out plaintext);
        if (_handshake is not null)
            return ReadHandshake(_handshake, ref input);
        input = default;
        return TuncryptResult.Failed;
    }

    /// <summary>Closes the session and wipes its keys.</summary>
    public void Dispose() => Close("the session was closed");

    private TuncryptResult ReadHandshake(HandshakeState handshake, ref ReadOnlySpan<byte> input)
    {
        if (_collected < Preamble.Length)
        {
            if (!Collect(ref input, Preamble.Length))
                return TuncryptResult.NeedMore;
            PreambleKind kind = Preamble.Classify(_buffer);
            if (kind != PreambleKind.Tuncrypt)
                return Fail(ref input, Describe(kind));
        }

        if (!Collect(ref input, HandshakeLength))
            return TuncryptResult.NeedMore;
        bool isAccepted = handshake.TryReadMessage(_buffer.AsSpan(Preamble.Length), [])
            && (handshake.IsComplete || TryPrepareMessage(handshake));
        if (!isAccepted)
            return Fail(ref input, $"the {PeerRole} has another --key, or its handshake was altered");
        Establish(handshake);
        return TuncryptResult.HandshakeProgress;
    }

    private bool TryPrepareMessage(HandshakeState handshake)
    {
        byte[] message = new byte[HandshakeLength];
        Preamble.Bytes.CopyTo(message);
        if (!handshake.TryWriteMessage([], message.AsSpan(Preamble.Length)))
            return false;
        _outgoing = message;
        return true;
    }

    private void Establish(HandshakeState handshake)
    {
        (_send, _receive) = handshake.Split();
        handshake.Dispose();
        _handshake = null;
        _buffer = new byte[MaxRecordLength];
        _collected = 0;
    }

    private string Describe(PreambleKind kind) => kind switch
    {
        PreambleKind.Plain => $"the {PeerRole} does not use --tuncrypt",
        PreambleKind.OtherVersion => $"the {PeerRole} speaks another version of tuncrypt",
        _ => $"the {PeerRole} does not speak tuncrypt",
    };

    /// <summary>Moves input to the buffer until it holds <paramref name="needed"/> bytes.</summary>
    private bool Collect(ref ReadOnlySpan<byte> input, int needed)
    {
        int taken = Math.Min(needed - _collected, input.Length);
        input[..taken].CopyTo(_buffer.AsSpan(_collected));
        input = input[taken..];
        _collected += taken;
        return _collected == needed;
    }

    private TuncryptResult Fail(ref ReadOnlySpan<byte> input, string reason)
    {
        input = default;
        Close(reason);
        return TuncryptResult.Failed;
    }

    private void Close(string reason)
    {
        FailureReason ??= reason;
        _handshake?.Dispose();
        _send?.Dispose();
        _receive?.Dispose();
        _handshake = null;
        _send = null;
        _receive = null;
        _outgoing = null;
        CryptographicOperations.ZeroMemory(_buffer);
        _buffer = [];
    }
}
