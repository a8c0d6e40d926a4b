namespace KcpTun.Sim.Links;

/// <summary>Why the path did not deliver a datagram.</summary>
public enum DropReason
{
    None,

    /// <summary>Longer than the path's MTU (a black hole: nobody is told).</summary>
    Mtu,

    /// <summary>Beyond the token bucket of a policer.</summary>
    Policer,

    /// <summary>The bottleneck's queue was full.</summary>
    QueueFull,

    /// <summary>CoDel dropped it to shorten a standing queue (RFC 8289).</summary>
    CoDel,

    /// <summary>The path was down.</summary>
    Blackout,

    /// <summary>Named by an exact list.</summary>
    Listed,

    /// <summary>Independent random loss.</summary>
    Random,

    /// <summary>The lossy state of a Gilbert-Elliott channel.</summary>
    Burst,

    /// <summary>A fade: loss that depends on time, not on packets.</summary>
    Fade,

    /// <summary>The NAT in between has no mapping for it.</summary>
    Nat,

    /// <summary>Nobody has the destination address.</summary>
    Unreachable,
}
