using KcpTun.Crypt;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>The tester's envelopes: its own, and those of other keys and ciphers that a script asks for.</summary>
internal sealed class DatagramCodec
{
    /// <summary>What an IPv4 datagram can carry.</summary>
    private const int MaxPadded = 65507;

    private const int ChecksumNonce = 16;

    private readonly byte[] _pass;
    private readonly Envelope _own;
    private readonly Dictionary<(CipherKind Kind, string? Key), Envelope> _others = [];
    private readonly SimEntropy _entropy;

    public DatagramCodec(PeerSettings settings)
    {
        _pass = settings.Pass.ToArray();
        _own = Envelope.Create(settings.Link.Cipher, _pass);
        _entropy = new SimEntropy(new RandomStream(settings.Seed, "conform.nonce"));
    }

    /// <summary>Bytes of the envelope before and behind a packet.</summary>
    public int Overhead => _own.HeaderLength + _own.TrailerLength;

    /// <summary>Opens a datagram; the packet is a copy.</summary>
    public bool TryOpen(ReadOnlySpan<byte> datagram, out ReadOnlyMemory<byte> packet)
    {
        byte[] copy = datagram.ToArray();
        Span<OpenResult> results = stackalloc OpenResult[1];
        _own.Open(copy, [new Slice(0, copy.Length)], results);
        packet = copy.AsMemory(results[0].Payload.Offset, results[0].Payload.Length);
        return results[0].Status == OpenStatus.Ok;
    }

    /// <summary>Seals a packet with the tester's own envelope.</summary>
    /// <param name="packet">With its envelope at most <see cref="Envelope.MaximumDatagram"/> bytes.</param>
    public byte[] Seal(ReadOnlySpan<byte> packet) => Seal(_own, packet, _entropy);

    /// <summary>Seals a packet and changes the datagram as told.</summary>
    /// <returns>Why this cannot be done, or null.</returns>
    public string? Seal(ReadOnlySpan<byte> packet, DatagramChange change, out byte[] datagram)
    {
        datagram = [];
        CipherKind kind = _own.Kind;
        if (change.Crypt is not null && !CipherCatalog.TryParse(change.Crypt, out kind))
            return $"crypt={change.Crypt}: there is no such cipher";
        Envelope envelope = EnvelopeOf(kind, change.Key);
        int length = envelope.HeaderLength + packet.Length + envelope.TrailerLength;
        if (length > Envelope.MaximumDatagram)
            return $"the datagram would have {length} bytes with its envelope; {Envelope.MaximumDatagram} are possible";
        if (CheckSealing(envelope, change) is { } error)
            return error;
        datagram = Seal(envelope, packet, change.Nonce is { } nonce ? new Constant(nonce) : _entropy);
        if (change.BadCrc)
            SpoilChecksum(datagram, kind, change.Key);
        if (change.BadTag)
            datagram[^1] ^= byte.MaxValue;
        return Alter(ref datagram, change);
    }

    /// <summary>What <c>flip</c>, <c>cut</c> and <c>pad</c> do, in this order.</summary>
    /// <returns>Why this cannot be done, or null.</returns>
    public static string? Alter(ref byte[] datagram, DatagramChange change)
    {
        if (change.Times < 0)
            return $"times={change.Times}: a datagram is sent 0 times or more";
        if (change.Flip is { } offset)
        {
            if ((uint)offset >= (uint)datagram.Length)
                return $"flip={offset}: the datagram has {datagram.Length} bytes";
            datagram[offset] ^= byte.MaxValue;
        }

        if (change.Cut is { } cut)
        {
            if ((uint)cut > (uint)datagram.Length)
                return $"cut={cut}: the datagram has only {datagram.Length} bytes";
            datagram = datagram[..cut];
        }

        if (change.Pad is { } pad)
        {
            if (pad < datagram.Length || pad > MaxPadded)
                return $"pad={pad}: the datagram has {datagram.Length} bytes already, and {MaxPadded} are possible";
            Array.Resize(ref datagram, pad);
        }

        return null;
    }

    private static byte[] Seal(Envelope envelope, ReadOnlySpan<byte> packet, IEntropy entropy)
    {
        byte[] datagram = new byte[envelope.HeaderLength + packet.Length + envelope.TrailerLength];
        packet.CopyTo(datagram.AsSpan(envelope.HeaderLength));
        envelope.Seal(datagram, [new Slice(0, datagram.Length)], entropy);
        return datagram;
    }

    private static string? CheckSealing(Envelope envelope, DatagramChange change)
    {
        string name = CipherCatalog.Names[(int)envelope.Kind];
        int nonceLength = envelope.Kind switch
        {
            CipherKind.Null => 0,
            CipherKind.Aes128Gcm => envelope.HeaderLength,
            _ => ChecksumNonce,
        };
        if (change.Nonce is { } nonce && nonce.Length != nonceLength)
            return $"nonce= has {nonce.Length} bytes; with crypt={name} it has {nonceLength}";
        if (change.BadCrc && nonceLength != ChecksumNonce)
            return $"crc=bad: with crypt={name} a datagram has no checksum";
        return change.BadTag && envelope.Kind != CipherKind.Aes128Gcm
            ? $"tag=bad: with crypt={name} a datagram has no tag"
            : null;
    }

    /// <summary>Changes the checksum alone: nonce and payload stay as they are under the cipher.</summary>
    private void SpoilChecksum(byte[] datagram, CipherKind kind, string? key)
    {
        IPacketCipher cipher = PacketCiphers.Create(kind, PassOf(key));
        ReadOnlySpan<Slice> all = [new Slice(0, datagram.Length)];
        cipher.Decrypt(datagram, all);
        datagram[ChecksumNonce] ^= byte.MaxValue;
        cipher.Encrypt(datagram, all);
    }

    private Envelope EnvelopeOf(CipherKind kind, string? key)
    {
        if (kind == _own.Kind && key is null)
            return _own;
        if (!_others.TryGetValue((kind, key), out Envelope? envelope))
            _others[(kind, key)] = envelope = Envelope.Create(kind, PassOf(key));
        return envelope;
    }

    private byte[] PassOf(string? key) => key is null ? _pass : KeyDerivation.DerivePass(key);

    /// <summary>A nonce that the script gives.</summary>
    private sealed class Constant(ReadOnlyMemory<byte> nonce) : IEntropy
    {
        public void Fill(Span<byte> destination) => nonce.Span.CopyTo(destination);
    }
}
