using System.Buffers.Binary;
using KcpTun.Primitives;

namespace KcpTun.Sim.Reports;

/// <summary>Puts IP and UDP or TCP headers in front of a payload, as they would be on a real path.</summary>
internal static class IpPacket
{
    /// <summary>
    /// Bytes of an IPv6 and a UDP header, the larger of the two kinds. A TCP header is longer than the model's by as
    /// much as a UDP header has.
    /// </summary>
    public const int MaxHeaderLength = IPv6HeaderLength + UdpHeaderLength;

    private const int IPv4HeaderLength = 20;
    private const int IPv6HeaderLength = 40;
    private const int UdpHeaderLength = 8;
    private const int AddressOffset4 = 12;
    private const int AddressOffset6 = 8;
    private const int UdpChecksumOffset = 6;
    private const int TcpChecksumOffset = 16;
    private const byte TcpProtocol = 6;
    private const byte UdpProtocol = 17;
    private const byte HopLimit = 64;
    private const ushort DontFragment = 0x4000;
    private const uint FlowLabelMask = 0xFFFFF;

    /// <summary>Writes a UDP packet; IPv6 if either end has an IPv6 address.</summary>
    /// <param name="identification">Goes into IPv4's identification, or IPv6's flow label, as far as it fits.</param>
    /// <param name="destination">Room for the payload and <see cref="MaxHeaderLength"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(
        PeerAddress from, PeerAddress to, long identification, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        int length = UdpHeaderLength + payload.Length;
        Span<byte> udp = destination.Slice(HeaderLength(from, to), length);
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(udp[UdpChecksumOffset..], 0);
        payload.CopyTo(udp[UdpHeaderLength..]);
        ushort checksum = Seal(from, to, identification, UdpProtocol, udp, destination);
        // A checksum of zero would say that there is none (RFC 768).
        BinaryPrimitives.WriteUInt16BigEndian(udp[UdpChecksumOffset..], checksum == 0 ? ushort.MaxValue : checksum);
        return HeaderLength(from, to) + length;
    }

    /// <summary>Writes a TCP packet out of a segment of the model's.</summary>
    /// <param name="time">When it is sent, ns; for its timestamp.</param>
    /// <param name="isCorrupted">The path has changed bytes of it: its checksum is wrong.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteTcp(
        PeerAddress from, PeerAddress to, long identification, ReadOnlySpan<byte> segment, long time, bool isCorrupted,
        Span<byte> destination)
    {
        Span<byte> tcp = destination[HeaderLength(from, to)..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)to.Port);
        tcp = tcp[..TcpSegment.Write(segment, time, tcp)];
        ushort checksum = Seal(from, to, identification, TcpProtocol, tcp, destination);
        BinaryPrimitives.WriteUInt16BigEndian(
            tcp[TcpChecksumOffset..], isCorrupted ? (ushort)~checksum : checksum);
        return HeaderLength(from, to) + tcp.Length;
    }

    private static int HeaderLength(PeerAddress from, PeerAddress to) =>
        from.IsIPv6 || to.IsIPv6 ? IPv6HeaderLength : IPv4HeaderLength;

    /// <summary>Writes the IP header.</summary>
    /// <returns>The checksum for <paramref name="content"/>, in which its place is still zero.</returns>
    private static ushort Seal(
        PeerAddress from, PeerAddress to, long identification, byte protocol, ReadOnlySpan<byte> content,
        Span<byte> destination)
    {
        Span<byte> header = destination[..HeaderLength(from, to)];
        ReadOnlySpan<byte> addresses = header.Length == IPv6HeaderLength
            ? WriteIPv6(header, from, to, (uint)identification, protocol, content.Length)
            : WriteIPv4(header, from, to, (ushort)identification, protocol, content.Length);
        return Fold(Sum(addresses) + protocol + (ulong)content.Length + Sum(content));
    }

    private static Span<byte> WriteIPv4(
        Span<byte> header, PeerAddress from, PeerAddress to, ushort identification, byte protocol, int length)
    {
        header.Clear();
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(IPv4HeaderLength + length));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], DontFragment);
        header[8] = HopLimit;
        header[9] = protocol;
        from.WriteIPv4(header[AddressOffset4..]);
        to.WriteIPv4(header[(AddressOffset4 + 4)..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], Fold(Sum(header)));
        return header[AddressOffset4..];
    }

    private static Span<byte> WriteIPv6(
        Span<byte> header, PeerAddress from, PeerAddress to, uint flow, byte protocol, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header, (6u << 28) | (flow & FlowLabelMask));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)length);
        header[6] = protocol;
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
