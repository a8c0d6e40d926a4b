using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// The part of the tester below the layer that a script speaks of. It builds what the script sends, takes apart what
/// the subject sends, and does by itself what the layer leaves to it, such as acknowledging. Passive: time is an
/// argument, and nothing that the subject sends makes it throw or hold more than some megabytes.
/// </summary>
internal abstract class PlayedPeer
{
    private const int MaxEvents = 1 << 14;
    private const long MaxHeldBytes = 4 << 20;

    private long _heldBytes;
    private int _countWhenFull;

    /// <summary>Datagrams to send, oldest first; whoever drives the peer takes them.</summary>
    public Queue<OutgoingDatagram> Outgoing { get; } = new();

    /// <summary>What the subject sent and the script has not looked at, oldest first.</summary>
    public Queue<WireEvent> Events { get; } = new();

    /// <summary>What the subject sent and could not be kept or made sense of below the layer of the events.</summary>
    public long Dropped { get; protected set; }

    /// <summary>
    /// When <see cref="HandleTimer"/> has something to do although nothing happened. Ask again after every call, and
    /// after taking events: a peer that holds back for want of room for them goes on at once.
    /// </summary>
    public virtual Instant NextDeadline => Instant.Never;

    /// <summary>Room for further events.</summary>
    protected bool HasRoom
    {
        get
        {
            // Whoever takes events does not tell, so the sum is taken anew when it is too large and some are gone.
            if (_heldBytes >= MaxHeldBytes && Events.Count < _countWhenFull)
            {
                _heldBytes = Events.Sum(wireEvent => Cost(wireEvent));
                _countWhenFull = Events.Count;
            }

            return Events.Count < MaxEvents && _heldBytes < MaxHeldBytes;
        }
    }

    public static PlayedPeer Create(PeerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Layer switch
        {
            WireLayer.Datagram or WireLayer.Kcp => new PacketPeer(settings),
            WireLayer.Snappy => new ChunkPeer(settings),
            _ => new FramePeer(settings),
        };
    }

    /// <summary>Sends packets that travel together (joined by <c>+</c>).</summary>
    /// <param name="packets">What the script wrote, all values known.</param>
    /// <param name="change">What is done to the datagram; refused above layer kcp.</param>
    /// <param name="isLost">Numbers move on and parity covers it, but it is not sent; refused above layer kcp.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why this cannot be sent at this layer, or null. After an error nothing has changed.</returns>
    public abstract string? Send(
        IReadOnlyList<Packet> packets, DatagramChange change, bool isLost, Instant now);

    /// <summary>Takes a datagram of the subject.</summary>
    public abstract void Receive(ReadOnlySpan<byte> datagram, int to, Instant now);

    /// <summary>Does what is due.</summary>
    public virtual void HandleTimer(Instant now)
    {
    }

    /// <summary>
    /// Bytes of data that the peer may send on the stream now; below layer smux <see cref="long.MaxValue"/>. In layer
    /// smux it is what the peer's own queue takes, and with version 2 no more than the subject's window.
    /// </summary>
    public virtual long SendRoom(uint streamId) => long.MaxValue;

    /// <summary>Keeps an event, or drops it when there are too many.</summary>
    protected void Report(WireEvent wireEvent)
    {
        if (!HasRoom)
        {
            Dropped++;
            return;
        }

        Events.Enqueue(wireEvent);
        _heldBytes += Cost(wireEvent);
        _countWhenFull = Events.Count;
    }

    private static long Cost(WireEvent wireEvent)
    {
        const int Overhead = 256;
        return Overhead + Cost(wireEvent.Packets);
    }

    private static long Cost(IReadOnlyList<Packet> packets)
    {
        const int Overhead = 512;
        long cost = 0;
        foreach (Packet packet in packets)
        {
            cost += Overhead + Cost(packet.Inner);
            foreach (PacketField field in packet.Fields)
                cost += field.Value.Bytes?.Length ?? 0;
        }

        return cost;
    }
}

/// <summary>A datagram the tester sends.</summary>
/// <param name="From">The tester's socket: 1, or another.</param>
internal readonly record struct OutgoingDatagram(ReadOnlyMemory<byte> Bytes, int From);
