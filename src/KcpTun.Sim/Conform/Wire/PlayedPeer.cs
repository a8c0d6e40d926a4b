using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>A datagram the tester sends.</summary>
/// <param name="From">The tester's socket: 1, or another.</param>
internal readonly record struct OutgoingDatagram(ReadOnlyMemory<byte> Bytes, int From);

/// <summary>
/// The part of the tester below the layer that a script speaks of. It builds what the script sends, takes apart what
/// the subject sends, and does by itself what the layer leaves to it, such as acknowledging. Passive: time is an
/// argument, and nothing that the subject sends makes it throw.
/// </summary>
internal abstract class PlayedPeer
{
    /// <summary>Datagrams to send, oldest first; whoever drives the peer takes them.</summary>
    public Queue<OutgoingDatagram> Outgoing { get; } = new();

    /// <summary>What the subject sent and the script has not looked at, oldest first.</summary>
    public Queue<WireEvent> Events { get; } = new();

    /// <summary>When <see cref="HandleTimer"/> has something to do although nothing happened.</summary>
    public virtual Instant NextDeadline => Instant.Never;

    /// <summary>Sends packets that travel together (joined by <c>+</c>).</summary>
    /// <param name="packets">What the script wrote, all values known.</param>
    /// <param name="change">What is done to the datagram; ignored above the transport.</param>
    /// <param name="isLost">Numbers move on and parity covers it, but it is not sent.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why this cannot be sent at this layer, or null.</returns>
    public abstract string? Send(
        IReadOnlyList<Packet> packets, DatagramChange change, bool isLost, Instant now);

    /// <summary>Takes a datagram of the subject.</summary>
    public abstract void Receive(ReadOnlySpan<byte> datagram, int to, Instant now);

    /// <summary>Does what is due.</summary>
    public virtual void HandleTimer(Instant now)
    {
    }

    /// <summary>
    /// Layer smux: bytes that may be sent on the stream now under the subject's window; <see cref="long.MaxValue"/>
    /// where there is none.
    /// </summary>
    public virtual long SendRoom(uint streamId) => long.MaxValue;
}
