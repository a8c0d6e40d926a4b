using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace KcpTun.Primitives;

/// <summary>
/// An IPv4 or IPv6 address and port as a value: the demultiplexing key of a server and the destination of a datagram.
/// IPv4-mapped IPv6 addresses are stored as IPv4, so that a dual-stack socket sees one peer under one name.
/// </summary>
public readonly record struct PeerAddress
{
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _scope;
    private readonly ushort _port;
    private readonly bool _isV6;

    private PeerAddress(ulong high, ulong low, uint scope, ushort port, bool isV6)
    {
        _high = high;
        _low = low;
        _scope = scope;
        _port = port;
        _isV6 = isV6;
    }

    public int Port => _port;

    /// <summary>IPv6 zone index; 0 for IPv4 and for global addresses.</summary>
    public uint Scope => _scope;

    public bool IsIPv6 => _isV6;

    /// <summary>No address has been set.</summary>
    public bool IsEmpty => this == default;

    /// <param name="address">Four bytes, network order.</param>
    public static PeerAddress FromIPv4(ReadOnlySpan<byte> address, int port) =>
        new(0, BinaryPrimitives.ReadUInt32BigEndian(address), 0, (ushort)port, false);

    /// <param name="address">Sixteen bytes, network order.</param>
    public static PeerAddress FromIPv6(ReadOnlySpan<byte> address, int port, uint scope)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(address);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        bool isMapped = high == 0 && low >> 32 == 0xFFFF;
        return isMapped
            ? new PeerAddress(0, (uint)low, 0, (ushort)port, false)
            : new PeerAddress(high, low, scope, (ushort)port, true);
    }

    public static PeerAddress From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.TryWriteBytes(bytes, out int written);
        return endPoint.AddressFamily == AddressFamily.InterNetwork
            ? FromIPv4(bytes[..written], endPoint.Port)
            : FromIPv6(bytes[..written], endPoint.Port, (uint)endPoint.Address.ScopeId);
    }

    /// <summary>The same host, another port.</summary>
    public PeerAddress WithPort(int port) => new(_high, _low, _scope, (ushort)port, _isV6);

    /// <summary>Writes the address in network order; for IPv4 in its IPv4-mapped form.</summary>
    public void WriteIPv6(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _isV6 ? _low : _low | 0xFFFF_0000_0000);
    }

    /// <summary>Writes the four bytes of an IPv4 address in network order.</summary>
    public void WriteIPv4(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);

    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!_isV6)
        {
            WriteIPv4(bytes);
            return new IPEndPoint(new IPAddress(bytes[..4]), _port);
        }

        WriteIPv6(bytes);
        return new IPEndPoint(new IPAddress(bytes, _scope), _port);
    }

    /// <summary>As Go prints it: <c>10.0.0.1:29900</c>, <c>[fe80::1%2]:29900</c>.</summary>
    public override string ToString() => ToEndPoint().ToString();
}
