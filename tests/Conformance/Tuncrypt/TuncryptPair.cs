using KcpTun.Conformance.Support;
using KcpTun.Primitives;
using KcpTun.Tuncrypt;

namespace KcpTun.Conformance.Tuncrypt;

/// <summary>Entropy that is the generator of the vectors: the same seed gives the same bytes.</summary>
internal sealed class SeededEntropy(uint seed) : IEntropy
{
    private uint _seed = seed;

    public void Fill(Span<byte> destination) => Vectors.Lcg(_seed++, destination.Length).CopyTo(destination);
}

/// <summary>A client and a server of one key, and ways to carry bytes between them.</summary>
internal sealed class TuncryptPair : IDisposable
{
    public static readonly byte[] Psk = Vectors.Lcg(9, TuncryptSession.PskLength);

    public TuncryptPair(byte[]? clientPsk = null, byte[]? serverPsk = null, uint seed = 100)
    {
        Client = new TuncryptSession(true, clientPsk ?? Psk, new SeededEntropy(seed));
        Server = new TuncryptSession(false, serverPsk ?? Psk, new SeededEntropy(seed + 50));
    }

    public TuncryptSession Client { get; }

    public TuncryptSession Server { get; }

    public static TuncryptPair Established(uint seed = 100)
    {
        var pair = new TuncryptPair(seed: seed);
        pair.Shake();
        pair.Client.IsEstablished.ShouldBeTrue();
        pair.Server.IsEstablished.ShouldBeTrue();
        return pair;
    }

    /// <summary>Carries the handshake; returns both messages, the second empty if the server has none.</summary>
    public (byte[] FromClient, byte[] FromServer) Shake()
    {
        byte[] first = TakeHandshake(Client);
        Read(Server, first);
        byte[] second = TakeHandshake(Server);
        Read(Client, second);
        return (first, second);
    }

    public static byte[] TakeHandshake(TuncryptSession session)
    {
        byte[] message = new byte[TuncryptSession.HandshakeLength];
        return session.TryTakeHandshake(message, out int length) ? message[..length] : [];
    }

    public static byte[] Seal(TuncryptSession session, byte[] plaintext)
    {
        byte[] wire = new byte[TuncryptSession.MaxSealedLength(plaintext.Length)];
        int length = session.Seal(plaintext, wire);
        return wire[..length];
    }

    /// <summary>Feeds all of <paramref name="wire"/>, cut into pieces, and gathers what comes out.</summary>
    /// <returns>The last result.</returns>
    public static TuncryptResult Read(
        TuncryptSession session,
        byte[] wire,
        List<byte>? received = null,
        Func<int>? nextPiece = null)
    {
        var result = TuncryptResult.NeedMore;
        for (int offset = 0; offset < wire.Length;)
        {
            int piece = Math.Min(nextPiece?.Invoke() ?? wire.Length, wire.Length - offset);
            ReadOnlySpan<byte> input = wire.AsSpan(offset, piece);
            while (!input.IsEmpty)
            {
                result = session.Read(ref input, out ReadOnlySpan<byte> plaintext);
                if (result != TuncryptResult.Plaintext)
                    plaintext.IsEmpty.ShouldBeTrue();
                received?.AddRange(plaintext);
            }

            offset += piece;
        }

        return result;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
