using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>One thing the subject sent, in terms of the script's layer.</summary>
/// <param name="Time">When its (last) datagram arrived.</param>
/// <param name="Packets">One packet; in layer <c>datagram</c> the segments of one datagram.</param>
/// <param name="Size">Length of the (last) datagram, envelope included, bytes.</param>
/// <param name="To">The tester's socket it came to: 1, or another.</param>
internal sealed record WireEvent(Instant Time, IReadOnlyList<Packet> Packets, int Size, int To);
