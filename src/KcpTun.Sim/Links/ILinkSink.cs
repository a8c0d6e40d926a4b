namespace KcpTun.Sim.Links;

/// <summary>The far end of one direction of the path. Owns every packet it is given.</summary>
public interface ILinkSink
{
    /// <summary>The packet arrives.</summary>
    /// <param name="now">Nanoseconds; not before any earlier call's.</param>
    void Deliver(LinkPacket packet, long now);

    /// <summary>The packet is lost.</summary>
    void Drop(LinkPacket packet, DropReason reason, long now);
}
