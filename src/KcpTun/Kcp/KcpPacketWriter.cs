namespace KcpTun.Kcp;

/// <summary>Concatenates segments into packets of at most the MTU (PROTOCOL c.5).</summary>
internal ref struct KcpPacketWriter(IKcpOutput output, int mtu)
{
    private Span<byte> _packet;
    private int _used;

    /// <summary>Segments written.</summary>
    public int Segments { get; private set; }

    /// <summary>Packets completed.</summary>
    public int Packets { get; private set; }

    /// <summary>Bytes left in the packet begun; 0 when there is none.</summary>
    public readonly int Room => _used == 0 ? 0 : mtu - _used;

    /// <summary>Room for a segment of <paramref name="length"/> bytes, in a new packet if need be.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_used + length > mtu)
            Complete();
        if (_used == 0)
            _packet = output.Begin();
        Span<byte> segment = _packet.Slice(_used, length);
        _used += length;
        Segments++;
        return segment;
    }

    /// <summary>Emits what is left.</summary>
    public void Complete()
    {
        if (_used == 0)
            return;
        output.Emit(_used);
        Packets++;
        _used = 0;
    }
}
