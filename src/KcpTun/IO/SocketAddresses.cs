using System.Buffers.Binary;
using System.Runtime.InteropServices;
using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>
/// The parts of <c>sockaddr_in</c> and <c>sockaddr_in6</c> that lie at the same place on every system: all but the
/// family in the first two bytes.
/// </summary>
internal static class SocketAddresses
{
    /// <summary>Bytes of <c>sockaddr_in</c>.</summary>
    public const int IPv4Size = 16;

    /// <summary>Bytes of <c>sockaddr_in6</c>.</summary>
    public const int IPv6Size = 28;

    private const int PortOffset = 2;
    private const int IPv4AddressOffset = 4;
    private const int IPv6AddressOffset = 8;
    private const int IPv6AddressSize = 16;
    private const int IPv6ScopeOffset = 24;

    /// <param name="isIPv6">Family of the socket, and so of the address.</param>
    public static PeerAddress Read(ReadOnlySpan<byte> source, bool isIPv6)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(source[PortOffset..]);
        if (!isIPv6)
            return PeerAddress.FromIPv4(source.Slice(IPv4AddressOffset, sizeof(uint)), port);
        uint scope = MemoryMarshal.Read<uint>(source[IPv6ScopeOffset..]);
        return PeerAddress.FromIPv6(source.Slice(IPv6AddressOffset, IPv6AddressSize), port, scope);
    }

    /// <summary>Writes <paramref name="peer"/> as a socket of the given family needs it.</summary>
    /// <returns>
    /// False when nothing can be sent there: an IPv6 peer on an IPv4 socket, or port 0, which a forged datagram can
    /// show as its source.
    /// </returns>
    public static bool TryWrite(in PeerAddress peer, bool isIPv6, Span<byte> destination)
    {
        if (peer.Port == 0 || (peer.IsIPv6 && !isIPv6))
            return false;
        BinaryPrimitives.WriteUInt16BigEndian(destination[PortOffset..], (ushort)peer.Port);
        if (!isIPv6)
        {
            peer.WriteIPv4(destination[IPv4AddressOffset..]);
            return true;
        }

        peer.WriteIPv6(destination[IPv6AddressOffset..]);
        MemoryMarshal.Write(destination[IPv6ScopeOffset..], peer.Scope);
        return true;
    }
}
