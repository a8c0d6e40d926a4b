using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Relay;

/// <summary>One socket of the relay and the thread that drives it.</summary>
/// <param name="outbound">The direction that ends here: this thread sends what it delivers, at its time.</param>
/// <param name="outer">The client's address as the server's side of the NAT sees it; empty for the listener.</param>
internal sealed class RelayPort(UdpRelay relay, IDatagramChannel channel, RelayDirection outbound, PeerAddress outer)
{
    private const int SendBatch = 64;

    private readonly DatagramBatch _received = channel.CreateReceiveBatch();
    private readonly DatagramBatch _sending = new(SendBatch);
    private int _sent;

    public IDatagramChannel Channel { get; } = channel;

    public RelayDirection Outbound { get; } = outbound;

    public PeerAddress Outer { get; } = outer;

    public bool IsListener => Outer.IsEmpty;

    /// <summary>What has arrived and waits for this thread, and when it was due. Guarded by the relay's gate.</summary>
    public Queue<(LinkPacket Packet, long Due)> Outbox { get; } = new();

    /// <summary>When it last received or sent, ns. Guarded by the relay's gate.</summary>
    public long LastUse { get; set; }

    /// <summary>One turn: what has come goes into the path, what has arrived goes out.</summary>
    /// <returns>When the next turn is due; null when the socket is to be closed.</returns>
    public Instant? Step(Instant _)
    {
        Channel.ReceiveBatch(_received);
        if (_sent == _sending.Count)
        {
            _sending.Clear();
            _sent = 0;
        }

        Instant? deadline = relay.Exchange(this, _received, _sending);
        _sent += Channel.SendBatch(_sending, _sent);
        // What the socket does not take now goes first when it has room, which ends the wait. A full batch that it
        // did take may have left others in the outbox.
        bool mayBeMore = _sending.IsFull && _sent == _sending.Count && deadline is not null;
        return mayBeMore ? Instant.Zero : deadline;
    }
}
