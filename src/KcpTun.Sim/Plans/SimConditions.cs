using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Plans;

/// <summary>What the surroundings do to a run besides the path; all of it legal.</summary>
public sealed record SimConditions
{
    public HostConditions Client { get; init; } = new();

    public HostConditions Server { get; init; } = new();

    /// <summary>What happens at the same nanosecond happens in an order decided by lot.</summary>
    public bool ShuffleTies { get; init; }

    /// <summary>Datagrams a second of random bytes to either end, from its peer's address and from strangers'.</summary>
    public int Garbage { get; init; }

    /// <summary>The invariants are checked all the time, and the tunnel is probed and left idle at the end.</summary>
    public bool IsChecked { get; init; }

    /// <summary>When the path has healed, ns: from here on everything must work.</summary>
    public long HealedAt { get; init; }

    /// <summary>Sessions may die of the faults, and with them their streams: what is left must be right.</summary>
    public bool MayBreak { get; init; }
}

/// <summary>One machine.</summary>
public sealed record HostConditions
{
    /// <summary>The clock's reading at the start, ns; decides when KCP's milliseconds wrap.</summary>
    public long ClockPhase { get; init; }

    /// <summary>Parts per million by which the clock is fast (positive) or slow.</summary>
    public int ClockDrift { get; init; }

    /// <summary>Most bytes that a read from a local connection returns.</summary>
    public int LongestRead { get; init; } = int.MaxValue;

    /// <summary>Chance that a UDP socket takes only a part of a batch.</summary>
    public Probability FullSocket { get; init; }
}
