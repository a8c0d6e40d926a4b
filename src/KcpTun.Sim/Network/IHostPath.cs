using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Network;

/// <summary>Where the datagrams of a host go.</summary>
internal interface IHostPath
{
    SimLoop Loop { get; }

    LinkPacketPool Pool { get; }

    /// <summary>Takes a datagram, and its ownership.</summary>
    void Send(SimHost from, LinkPacket packet);
}
