using System.Globalization;
using KcpTun.Primitives;
using KcpTun.Sim.Links;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Reports;

/// <summary>
/// Writes what a path carries into a capture with four interfaces. <c>up wire</c> and <c>down wire</c> hold every
/// datagram as it was sealed, at the time it was sent, and the copies and the damaged ones as the path made them.
/// <c>up plain</c> and <c>down plain</c> hold the packet inside the envelope at the time it arrived or was lost, with
/// <see cref="PlainPort"/> in place of the server's port, by which the dissector knows it. Losses, copies and damage
/// are comments. Both records of a datagram have its number as IP identification (IPv6: flow label). Plain TCP is on
/// the interfaces of the wire alone; of it, what is damaged has a wrong checksum.
/// </summary>
public sealed class PcapngObserver : IWireObserver, IDisposable
{
    /// <summary>The server's port in opened packets.</summary>
    public const int PlainPort = 19267;

    /// <summary>
    /// Most records that wait to learn the fate of an earlier one: a path of 100 MB/s and half a second.
    /// </summary>
    private const int MaxWaiting = 1 << 16;

    private readonly Stream _stream;
    private readonly PcapngWriter _writer;
    private readonly Queue<Record> _waiting = new();
    private readonly Dictionary<(PathDirection Direction, long Ordinal), Record> _onPath = [];
    private readonly byte[] _packet = new byte[DatagramBatch.SlotSize + IpPacket.MaxHeaderLength];

    /// <param name="stream">Takes the capture, and is closed with it.</param>
    /// <param name="engine">Name and version of what wrote it.</param>
    /// <param name="command">Makes the capture again.</param>
    /// <param name="link">The path in words.</param>
    public PcapngObserver(Stream stream, string engine, string command, string link)
    {
        _stream = stream;
        _writer = new PcapngWriter(stream, engine, command);
        AddInterface("up wire", "client to server: datagrams when they are sent");
        AddInterface("down wire", "server to client: datagrams when they are sent");
        AddInterface("up plain", "client to server: opened packets when they arrive or are lost");
        AddInterface("down plain", "server to client: opened packets when they arrive or are lost");

        void AddInterface(string name, string what) => _writer.AddInterface(name, $"{what}; path: {link}");
    }

    /// <inheritdoc/>
    public void OnWire(in WireEvent wireEvent, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> packet)
    {
        string? comment = Describe(wireEvent);
        if (wireEvent.Kind == WireEventKind.Sent)
        {
            Record sent = Wait(WireInterface(wireEvent.Direction), wireEvent, datagram, comment);
            sent.IsDecided = false;
            _onPath[(wireEvent.Direction, wireEvent.Ordinal)] = sent;
        }
        else
        {
            bool isOnWire = Decide(wireEvent, comment);
            if (!isOnWire && comment is not null)
                Wait(WireInterface(wireEvent.Direction), wireEvent, datagram, comment);
            if (!packet.IsEmpty)
                Wait(PlainInterface(wireEvent.Direction), Plain(wireEvent), packet, comment);
        }

        while (_waiting.TryPeek(out Record? head) && (head.IsDecided || _waiting.Count > MaxWaiting))
            Write(_waiting.Dequeue());
    }

    /// <summary>Writes what is still on the path, and closes the file.</summary>
    public void Dispose()
    {
        while (_waiting.TryDequeue(out Record? record))
        {
            if (!record.IsDecided)
                record.Comment = $"IN FLIGHT at the end ({Number(record.Ordinal)})";
            Write(record);
        }

        _stream.Dispose();
    }

    private static uint WireInterface(PathDirection direction) => direction == PathDirection.Up ? 0u : 1u;

    private static uint PlainInterface(PathDirection direction) => direction == PathDirection.Up ? 2u : 3u;

    private static string Number(long ordinal) => string.Create(CultureInfo.InvariantCulture, $"#{ordinal}");

    private static string? Describe(in WireEvent wireEvent)
    {
        string number = Number(wireEvent.Ordinal);
        return wireEvent switch
        {
            { Kind: WireEventKind.Dropped, IsDuplicate: true } => $"DROP {Reason(wireEvent.Reason)} (copy of {number})",
            { Kind: WireEventKind.Dropped } => $"DROP {Reason(wireEvent.Reason)} ({number})",
            { Kind: WireEventKind.Sent } => null,
            { IsDuplicate: true, IsCorrupted: true } => $"DUPLICATE CORRUPTED ({number})",
            { IsDuplicate: true } => $"DUPLICATE ({number})",
            { IsCorrupted: true } => $"CORRUPTED ({number})",
            _ => null,
        };
    }

    private static string Reason(DropReason reason) => reason switch
    {
        DropReason.Mtu => "longer than the path's MTU",
        DropReason.Policer => "policer",
        DropReason.QueueFull => "queue full",
        DropReason.CoDel => "CoDel",
        DropReason.Blackout => "blackout",
        DropReason.Listed => "listed",
        DropReason.Random => "random loss",
        DropReason.Burst => "burst loss",
        DropReason.Fade => "fade",
        DropReason.Nat => "no NAT mapping",
        DropReason.Unreachable => "nobody has the address",
        _ => reason.ToString(),
    };

    private static WireEvent Plain(in WireEvent wireEvent)
    {
        return wireEvent.Direction == PathDirection.Up
            ? wireEvent with { To = AtPlainPort(wireEvent.To) }
            : wireEvent with { From = AtPlainPort(wireEvent.From) };
    }

    private static PeerAddress AtPlainPort(PeerAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteIPv6(bytes);
        return PeerAddress.FromIPv6(bytes, PlainPort, address.Scope);
    }

    /// <summary>Settles the record of a datagram that was sent.</summary>
    /// <returns>Whether that record tells what has happened; it cannot where the path made or changed bytes.</returns>
    private bool Decide(in WireEvent wireEvent, string? comment)
    {
        if (wireEvent.IsDuplicate || !_onPath.Remove((wireEvent.Direction, wireEvent.Ordinal), out Record? sent))
            return false;
        sent.IsDecided = true;
        if (wireEvent.Kind != WireEventKind.Dropped)
            return !wireEvent.IsCorrupted;
        sent.Comment = comment;
        return true;
    }

    private Record Wait(uint interfaceNumber, in WireEvent wireEvent, ReadOnlySpan<byte> payload, string? comment)
    {
        int length = wireEvent.Transport == Transport.Tcp
            ? IpPacket.WriteTcp(
                wireEvent.From,
                wireEvent.To,
                wireEvent.Ordinal,
                payload,
                wireEvent.Time,
                wireEvent.IsCorrupted,
                _packet)
            : IpPacket.Write(wireEvent.From, wireEvent.To, wireEvent.Ordinal, payload, _packet);
        var record = new Record(interfaceNumber, wireEvent.Time, wireEvent.Ordinal, _packet[..length])
        {
            Comment = comment,
        };
        _waiting.Enqueue(record);
        return record;
    }

    private void Write(Record record) =>
        _writer.WritePacket(record.Interface, record.Time, record.Packet, record.Comment);

    private sealed class Record(uint @interface, long time, long ordinal, byte[] packet)
    {
        public uint Interface => @interface;

        public long Time => time;

        public long Ordinal => ordinal;

        public byte[] Packet => packet;

        public bool IsDecided { get; set; } = true;

        public string? Comment { get; set; }
    }
}
