using KcpTun.Primitives;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Running;

/// <summary>What happens to a datagram.</summary>
public enum WireEventKind
{
    Sent,
    Delivered,
    Dropped,
}

/// <summary>One externally visible event of the path.</summary>
/// <param name="Time">Virtual ns.</param>
/// <param name="Ordinal">Which datagram of its direction, from 0; duplicates share their original's.</param>
public readonly record struct WireEvent(
    long Time,
    WireEventKind Kind,
    PathDirection Direction,
    long Ordinal,
    PeerAddress From,
    PeerAddress To,
    DropReason Reason = DropReason.None,
    bool IsDuplicate = false,
    bool IsCorrupted = false,
    Transport Transport = Transport.Udp);

/// <summary>Watches the path of one run.</summary>
public interface IWireObserver
{
    /// <summary>
    /// Whether it looks into packets beyond their FEC and KCP headers, or into packets that arrive or are lost. Who
    /// does not is given only the headers of those sent, and spares the run most of their decryption.
    /// </summary>
    bool NeedsPayload => true;

    /// <param name="wireEvent">What happened.</param>
    /// <param name="datagram">The UDP payload as it is on the wire.</param>
    /// <param name="packet">
    /// What is inside its envelope (FEC or KCP); empty if the envelope does not open, or if it is TCP's.
    /// </param>
    void OnWire(in WireEvent wireEvent, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> packet);
}
