using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>Leaves packets as they are (cipher <c>none</c>).</summary>
internal sealed class IdentityCipher : IPacketCipher
{
    public void Encrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
    }

    public void Decrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
    }
}
