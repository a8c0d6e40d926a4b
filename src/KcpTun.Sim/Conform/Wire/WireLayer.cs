namespace KcpTun.Sim.Conform.Wire;

/// <summary>What a script's packets speak of; everything below is the tester's own business.</summary>
internal enum WireLayer
{
    /// <summary>An event is a datagram without its envelope.</summary>
    Datagram,

    /// <summary>An event is a segment; nothing is acknowledged for the script.</summary>
    Kcp,

    /// <summary>An event is a chunk of the compressed stream.</summary>
    Snappy,

    /// <summary>An event is a frame.</summary>
    Smux,
}
