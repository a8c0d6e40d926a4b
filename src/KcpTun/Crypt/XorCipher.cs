using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>A static pad as long as the longest datagram (PROTOCOL a.2).</summary>
internal sealed class XorCipher(ReadOnlySpan<byte> pass) : IPacketCipher
{
    private readonly byte[] _table = KeyDerivation.DeriveXorTable(pass, Envelope.MaximumDatagram);

    public void Encrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        foreach (Slice packet in packets)
            ByteXor.Apply(buffer.Slice(packet.Offset, Math.Min(packet.Length, _table.Length)), _table);
    }

    public void Decrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets) => Encrypt(buffer, packets);
}
