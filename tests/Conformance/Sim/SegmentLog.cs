using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Sim.Links;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim;

/// <summary>A segment on the path.</summary>
/// <param name="Time">Virtual ns.</param>
/// <param name="Datagram">Which of its direction, from 1, as <c>--drop</c> counts.</param>
internal readonly record struct SegmentEvent(
    long Time, WireEventKind Kind, PathDirection Direction, long Datagram, KcpHeader Header)
{
    public bool IsPush => Header.Command == KcpHeader.Push;

    public bool IsAck => Header.Command == KcpHeader.Ack;
}

/// <summary>Notes every segment that is sent, arrives or is lost.</summary>
internal sealed class SegmentLog : IWireObserver
{
    public List<SegmentEvent> Events { get; } = [];

    public void OnWire(in WireEvent wireEvent, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> packet)
    {
        if (FecHeader.IsFec(packet))
            packet = FecHeader.ReadType(packet) == FecHeader.DataType ? packet[FecHeader.Length..] : default;
        while (packet.Length >= KcpHeader.Length)
        {
            KcpHeader header = KcpHeader.Read(packet);
            int length = KcpHeader.Length + (int)header.PayloadLength;
            if (length > packet.Length)
                return;
            Events.Add(new SegmentEvent(
                wireEvent.Time, wireEvent.Kind, wireEvent.Direction, wireEvent.Ordinal + 1, header));
            packet = packet[length..];
        }
    }

    /// <summary>Transmissions of data in one direction, in order.</summary>
    public IEnumerable<SegmentEvent> Pushes(PathDirection direction, WireEventKind kind = WireEventKind.Sent) =>
        Events.Where(e => e.IsPush && e.Direction == direction && e.Kind == kind);
}
