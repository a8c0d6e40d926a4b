using System.Buffers.Binary;
using System.Net;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Primitives;
using KcpTun.Sim.Links;
using KcpTun.Sim.Running;
using KcpTun.Smux;

namespace KcpTun.Conformance.Sim.Reports;

/// <summary>Plays a path to an observer: what is sent, and what becomes of it.</summary>
internal sealed class WireScript(IWireObserver observer)
{
    private const long Millisecond = 1_000_000;

    private readonly long[] _ordinals = new long[2];

    public PeerAddress Client { get; init; } = Address("10.0.0.1:40000");

    public PeerAddress Server { get; init; } = Address("10.0.0.2:29900");

    /// <summary>TCP's segments are not sealed.</summary>
    public Transport Transport { get; init; }

    /// <summary>Makes datagrams of packets; unreadable ones by default.</summary>
    public Func<byte[], byte[]> Seal { get; set; } = Scramble;

    /// <summary>Twenty bytes, then the packet with every bit turned.</summary>
    public static byte[] Scramble(byte[] packet) => [.. new byte[20], .. packet.Select(value => (byte)~value)];

    public static PeerAddress Address(string text) => PeerAddress.From(IPEndPoint.Parse(text));

    /// <returns>The number of the datagram.</returns>
    public long Send(PathDirection direction, long ms, byte[] packet)
    {
        long ordinal = _ordinals[(int)direction]++;
        Tell(WireEventKind.Sent, direction, ms, ordinal, packet);
        return ordinal;
    }

    public void Deliver(
        PathDirection direction, long ms, long ordinal, byte[] packet, bool isCopy = false, bool isDamaged = false) =>
        Tell(WireEventKind.Delivered, direction, ms, ordinal, packet, default, isCopy, isDamaged);

    public void Drop(PathDirection direction, long ms, long ordinal, byte[] packet, DropReason reason) =>
        Tell(WireEventKind.Dropped, direction, ms, ordinal, packet, reason);

    /// <summary>Sends and delivers 50 ms later.</summary>
    public void Pass(PathDirection direction, long ms, byte[] packet) =>
        Deliver(direction, ms + 50, Send(direction, ms, packet), packet);

    public static byte[] Push(uint sequenceNumber, uint timestamp, ReadOnlySpan<byte> payload, uint conversation = 7) =>
        Segment(KcpHeader.Push, sequenceNumber, timestamp, 0, payload, conversation);

    public static byte[] Ack(uint sequenceNumber, uint timestamp, uint unacknowledged, uint conversation = 7) =>
        Segment(KcpHeader.Ack, sequenceNumber, timestamp, unacknowledged, [], conversation);

    public static byte[] FecData(uint sequence, byte[] packet)
    {
        byte[] header = FecHeaderOf(sequence, FecHeader.DataType);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), (ushort)(2 + packet.Length));
        return [.. header, .. packet];
    }

    public static byte[] FecParity(uint sequence, int length) =>
        [.. FecHeaderOf(sequence, FecHeader.ParityType), .. new byte[length]];

    public static byte[] Frame(SmuxCommand command, uint stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[SmuxFrame.HeaderLength + payload.Length];
        frame[0] = 2;
        frame[1] = (byte)command;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(2), (ushort)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), stream);
        payload.CopyTo(frame.AsSpan(SmuxFrame.HeaderLength));
        return frame;
    }

    private static byte[] FecHeaderOf(uint sequence, ushort type)
    {
        byte[] header = new byte[FecHeader.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(header, sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), type);
        return header;
    }

    private static byte[] Segment(
        byte command, uint number, uint timestamp, uint unacknowledged, ReadOnlySpan<byte> payload, uint conversation)
    {
        byte[] segment = new byte[KcpHeader.Length + payload.Length];
        new KcpHeader(conversation, command, 0, 128, timestamp, number, unacknowledged, (uint)payload.Length)
            .Write(segment);
        payload.CopyTo(segment.AsSpan(KcpHeader.Length));
        return segment;
    }

    private void Tell(
        WireEventKind kind,
        PathDirection direction,
        long ms,
        long ordinal,
        byte[] packet,
        DropReason reason = DropReason.None,
        bool isCopy = false,
        bool isDamaged = false)
    {
        bool isUp = direction == PathDirection.Up;
        var wireEvent = new WireEvent(
            ms * Millisecond,
            kind,
            direction,
            ordinal,
            isUp ? Client : Server,
            isUp ? Server : Client,
            reason,
            isCopy,
            isDamaged,
            Transport);
        bool isTcp = Transport == Transport.Tcp;
        observer.OnWire(wireEvent, isTcp ? packet : Seal(packet), isTcp || isDamaged ? [] : packet);
    }
}
