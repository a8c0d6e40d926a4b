using System.Buffers.Binary;
using System.IO.Hashing;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>Nonce (16), CRC-32 of the payload (4), payload; the cipher covers all of it (PROTOCOL a.2).</summary>
internal sealed class ChecksumFormat(IPacketCipher cipher) : IEnvelopeFormat
{
    private const int NonceSize = 16;
    private const int HeaderSize = NonceSize + sizeof(uint);

    private byte[] _nonces = [];

    public int HeaderLength => HeaderSize;

    public int TrailerLength => 0;

    public void Seal(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, IEntropy entropy)
    {
        int needed = datagrams.Length * NonceSize;
        if (_nonces.Length < needed)
            _nonces = new byte[needed];
        Span<byte> nonces = _nonces.AsSpan(0, needed);
        entropy.Fill(nonces);
        for (int i = 0; i < datagrams.Length; i++)
        {
            Span<byte> datagram = buffer.Slice(datagrams[i].Offset, datagrams[i].Length);
            nonces.Slice(i * NonceSize, NonceSize).CopyTo(datagram);
            BinaryPrimitives.WriteUInt32LittleEndian(datagram[NonceSize..], Crc32.HashToUInt32(datagram[HeaderSize..]));
        }

        cipher.Encrypt(buffer, datagrams);
    }

    public void Open(Span<byte> buffer, ReadOnlySpan<Slice> datagrams, Span<OpenResult> results)
    {
        cipher.Decrypt(buffer, datagrams);
        for (int i = 0; i < datagrams.Length; i++)
            results[i] = Check(buffer, Envelope.Clip(datagrams[i]));
    }

    public bool TryOpenFront(Span<byte> front)
    {
        // No cipher's keystream depends on a byte behind its own place, so a prefix decrypts to a prefix.
        cipher.Decrypt(front, [new Slice(0, front.Length)]);
        return true;
    }

    private static OpenResult Check(ReadOnlySpan<byte> buffer, Slice datagram)
    {
        if (datagram.Length < HeaderSize)
            return new OpenResult(OpenStatus.TooShort, default);
        ReadOnlySpan<byte> plain = buffer.Slice(datagram.Offset, datagram.Length);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(plain[NonceSize..]);
        return Crc32.HashToUInt32(plain[HeaderSize..]) == checksum
            ? new OpenResult(OpenStatus.Ok, new Slice(datagram.Offset + HeaderSize, datagram.Length - HeaderSize))
            : new OpenResult(OpenStatus.ChecksumMismatch, default);
    }
}
