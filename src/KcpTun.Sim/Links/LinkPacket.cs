using KcpTun.Primitives;

namespace KcpTun.Sim.Links;

/// <summary>What a packet on the path belongs to.</summary>
public enum Transport
{
    /// <summary>The tunnel's datagrams.</summary>
    Udp,

    /// <summary>Connections that go over the path without the tunnel.</summary>
    Tcp,
}

/// <summary>A datagram on the path. Pooled: it has exactly one owner, who passes it on or returns it.</summary>
public sealed class LinkPacket
{
    /// <summary>The datagram; its first <see cref="Length"/> bytes count.</summary>
    public byte[] Buffer { get; } = new byte[DatagramBatch.SlotSize];

    /// <summary>UDP payload, bytes.</summary>
    public int Length { get; set; }

    public Transport Transport { get; set; }

    public PeerAddress From { get; set; }

    public PeerAddress To { get; set; }

    /// <summary>Which datagram of its direction it is, from 0; a duplicate has its original's.</summary>
    public long Ordinal { get; set; }

    /// <summary>When it entered the path, ns.</summary>
    public long SentAt { get; set; }

    /// <summary>Time it has waited behind other datagrams for the bottleneck, ns.</summary>
    public long QueuedFor { get; set; }

    /// <summary>What the simulator knows about its content.</summary>
    internal Metrics.PacketTruth Truth { get; set; }

    /// <summary>The path made it out of another one.</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>The path has changed bytes of it.</summary>
    public bool IsCorrupted { get; set; }

    public Span<byte> Datagram => Buffer.AsSpan(0, Length);

    /// <summary>Takes everything from <paramref name="source"/>.</summary>
    public void CopyFrom(LinkPacket source)
    {
        source.Datagram.CopyTo(Buffer);
        Length = source.Length;
        Transport = source.Transport;
        From = source.From;
        To = source.To;
        Ordinal = source.Ordinal;
        SentAt = source.SentAt;
        QueuedFor = source.QueuedFor;
        Truth = source.Truth;
        IsDuplicate = source.IsDuplicate;
        IsCorrupted = source.IsCorrupted;
    }
}

/// <summary>Packets to be used again. Not thread-safe: one per run.</summary>
public sealed class LinkPacketPool
{
    private readonly Stack<LinkPacket> _free = new();

    /// <summary>Packets rented and not yet returned.</summary>
    public int Outstanding { get; private set; }

    /// <summary>A packet with undefined content.</summary>
    public LinkPacket Rent()
    {
        Outstanding++;
        LinkPacket packet = _free.TryPop(out LinkPacket? free) ? free : new LinkPacket();
        packet.Transport = Transport.Udp;
        packet.QueuedFor = 0;
        packet.IsDuplicate = false;
        packet.IsCorrupted = false;
        return packet;
    }

    public void Return(LinkPacket packet)
    {
        Outstanding--;
        _free.Push(packet);
    }
}
