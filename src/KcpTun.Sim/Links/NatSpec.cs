using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>A NAT in front of the client. The default is none.</summary>
public sealed record NatSpec
{
    /// <summary>When the client is first given a new port, ns; <see cref="SimTime.Never"/> is never.</summary>
    public long RebindAt { get; init; } = SimTime.Never;

    /// <summary>Time from one such change to the next, ns; 0 is once.</summary>
    public long RebindEvery { get; init; }

    /// <summary>No change happens from here on: the path has healed.</summary>
    public long RebindUntil { get; init; } = SimTime.Never;

    /// <summary>Silence after which a mapping is forgotten, ns; 0 is never.</summary>
    public long IdleTimeout { get; init; }

    /// <summary>Whether there is no NAT at all.</summary>
    public bool IsNone => RebindAt == SimTime.Never && IdleTimeout == 0;

    /// <summary>How many changes of port there have been by <paramref name="now"/>.</summary>
    public long RebindsBy(long now)
    {
        long last = Math.Min(now, RebindUntil - 1);
        if (last < RebindAt)
            return 0;
        return RebindEvery == 0 ? 1 : 1 + ((last - RebindAt) / RebindEvery);
    }
}
