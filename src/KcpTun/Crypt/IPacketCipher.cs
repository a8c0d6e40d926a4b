using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>
/// Encrypts whole packets in place. Every packet starts from the same state, so packets of a batch are independent
/// and an implementation may work on several at once; they must not overlap. Any length is allowed, also zero.
/// </summary>
internal interface IPacketCipher
{
    void Encrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets);

    void Decrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets);
}
