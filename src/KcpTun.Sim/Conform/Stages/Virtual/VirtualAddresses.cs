using KcpTun.IO;

namespace KcpTun.Sim.Conform.Stages.Virtual;

/// <summary>Where the applications of a virtual subject are.</summary>
internal static class VirtualAddresses
{
    /// <summary>Where a client subject takes connections.</summary>
    public static readonly StreamEndPoint Entrance = new("127.0.0.1", 12948);

    /// <summary>What a server subject connects to.</summary>
    public static readonly StreamEndPoint Target = new("127.0.0.1", 8388);
}
