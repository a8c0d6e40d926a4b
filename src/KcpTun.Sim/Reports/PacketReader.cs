using KcpTun.Fec;
using KcpTun.Kcp;

namespace KcpTun.Sim.Reports;

/// <summary>Walks the segments of an opened packet; what does not read as KCP ends the walk.</summary>
internal ref struct PacketReader
{
    private ReadOnlySpan<byte> _rest;

    /// <param name="packet">A FEC packet or a bare KCP packet; parity holds no segments.</param>
    public PacketReader(ReadOnlySpan<byte> packet)
    {
        _rest = packet;
        if (!FecHeader.IsFec(packet))
            return;
        bool isData = FecHeader.ReadType(packet) == FecHeader.DataType && packet.Length >= FecHeader.Length;
        _rest = isData ? packet[FecHeader.Length..] : default;
    }

    /// <summary>Takes the next segment.</summary>
    public bool TryRead(out KcpHeader header)
    {
        header = default;
        if (_rest.Length < KcpHeader.Length)
            return false;
        header = KcpHeader.Read(_rest);
        _rest = _rest[KcpHeader.Length..];
        if (!KcpHeader.IsKnownCommand(header.Command) || header.PayloadLength > _rest.Length)
        {
            _rest = default;
            return false;
        }

        _rest = _rest[(int)header.PayloadLength..];
        return true;
    }
}
