using System.Buffers.Binary;
using KcpTun.Primitives;

namespace KcpTun.Sim.Reports;

/// <summary>Puts IP and UDP headers in front of a payload, as they would be on a real path.</summary>
internal static class IpPacket
{
    /// <summary>Bytes of an IPv6 and a UDP header, the larger of the two kinds.</summary>
    public const int MaxHeaderLength = IPv6HeaderLength + UdpHeaderLength;

    private const int IPv4HeaderLength = 20;
    private const int IPv6HeaderLength = 40;
    private const int UdpHeaderLength = 8;
    private const int AddressOffset4 = 12;
    private const int AddressOffset6 = 8;
    private const byte UdpProtocol = 17;
    private const byte HopLimit = 64;
    private const ushort DontFragment = 0x4000;
    private const uint FlowLabelMask = 0xFFFFF;

    /// <summary>Writes the packet; IPv6 if either end has an IPv6 address.</summary>
    /// <param name="identification">Goes into IPv4's identification, or IPv6's flow label, as far as it fits.</param>
    /// <param name="destination">Room for the payload and <see cref="MaxHeaderLength"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(
        PeerAddress from, PeerAddress to, long identification, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        bool isV6 = from.IsIPv6 || to.IsIPv6;
        int udpLength = UdpHeaderLength + payload.Length;
        int headerLength = isV6 ? IPv6HeaderLength : IPv4HeaderLength;
        Span<byte> header = destination[..headerLength];
        Span<byte> udp = destination.Slice(headerLength, udpLength);
        ReadOnlySpan<byte> addresses = isV6
            ? WriteIPv6(header, from, to, (uint)identification, udpLength)
            : WriteIPv4(header, from, to, (ushort)identification, udpLength);
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udpLength);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], 0);
        payload.CopyTo(udp[UdpHeaderLength..]);
        ushort checksum = Fold(Sum(addresses) + UdpProtocol + (ulong)udpLength + Sum(udp));
        // A checksum of zero would say that there is none (RFC 768).
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], checksum == 0 ? ushort.MaxValue : checksum);
        return headerLength + udpLength;
    }

    private static Span<byte> WriteIPv4(
        Span<byte> header, PeerAddress from, PeerAddress to, ushort identification, int udpLength)
    {
        header.Clear();
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(IPv4HeaderLength + udpLength));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], DontFragment);
        header[8] = HopLimit;
        header[9] = UdpProtocol;
        from.WriteIPv4(header[AddressOffset4..]);
        to.WriteIPv4(header[(AddressOffset4 + 4)..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], Fold(Sum(header)));
        return header[AddressOffset4..];
    }

    private static Span<byte> WriteIPv6(
        Span<byte> header, PeerAddress from, PeerAddress to, uint flow, int udpLength)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header, (6u << 28) | (flow & FlowLabelMask));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)udpLength);
        header[6] = UdpProtocol;
        header[7] = HopLimit;
        from.WriteIPv6(header[AddressOffset6..]);
        to.WriteIPv6(header[(AddressOffset6 + 16)..]);
        return header[AddressOffset6..];
    }

    /// <summary>The sum of RFC 1071 before folding.</summary>
    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    private static ushort Fold(ulong sum)
    {
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
