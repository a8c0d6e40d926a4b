namespace KcpTun.Sim.Links;

/// <summary>Which way a datagram travels.</summary>
public enum PathDirection
{
    /// <summary>From the client to the server.</summary>
    Up,

    /// <summary>From the server to the client.</summary>
    Down,
}
