using KcpTun.Kcp;

namespace KcpTun.Conformance.Kcp;

/// <summary>Collects the packets of a session and checks how it uses its output.</summary>
internal sealed class PacketCollector(int mtu) : IKcpOutput
{
    private readonly byte[] _buffer = new byte[mtu];
    private bool _isOpen;

    public List<byte[]> Packets { get; } = [];

    public Span<byte> Begin()
    {
        _isOpen.ShouldBeFalse("begin without emit");
        _isOpen = true;
        return _buffer;
    }

    public void Emit(int length)
    {
        _isOpen.ShouldBeTrue("emit without begin");
        length.ShouldBeInRange(KcpHeader.Length, mtu);
        _isOpen = false;
        Packets.Add(_buffer[..length]);
    }

    /// <summary>The packets since the last call.</summary>
    public byte[][] Take()
    {
        _isOpen.ShouldBeFalse("begin without emit");
        byte[][] packets = [.. Packets];
        Packets.Clear();
        return packets;
    }
}
