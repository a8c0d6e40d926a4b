using KcpTun.Kcp;

namespace KcpTun.Fuzz.Targets;

/// <summary>Keeps what a KCP session sends, and checks that each packet is a row of whole segments.</summary>
internal sealed class PacketList(uint conversation, int mtu) : IKcpOutput
{
    private readonly byte[] _room = new byte[mtu];
    private bool _hasBegun;

    public List<byte[]> Packets { get; } = [];

    public Span<byte> Begin()
    {
        FuzzFailure.Unless(!_hasBegun, "a packet was begun twice");
        _hasBegun = true;
        return _room;
    }

    public void Emit(int length)
    {
        FuzzFailure.Unless(_hasBegun, "a packet left that was not begun");
        _hasBegun = false;
        FuzzFailure.Unless(length is > 0 && length <= mtu, $"a packet of {length} bytes, at most {mtu} are allowed");
        ReadOnlySpan<byte> packet = _room.AsSpan(0, length);
        Packets.Add(packet.ToArray());
        while (!packet.IsEmpty)
        {
            FuzzFailure.Unless(packet.Length >= KcpHeader.Length, "a packet ends with half a header");
            KcpHeader header = KcpHeader.Read(packet);
            FuzzFailure.Unless(header.Conversation == conversation, "a segment of another conversation");
            FuzzFailure.Unless(KcpHeader.IsKnownCommand(header.Command), $"command {header.Command}");
            FuzzFailure.Unless(
                header.PayloadLength <= packet.Length - KcpHeader.Length, "a segment is longer than its packet");
            packet = packet[(KcpHeader.Length + (int)header.PayloadLength)..];
        }
    }
}
