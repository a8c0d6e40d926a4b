using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>
/// One direction of the path, in the units the model computes with: nanoseconds, bytes, bits per second. The default
/// is a perfect wire.
/// </summary>
public sealed record LinkSpec
{
    /// <summary>IPv4 and UDP headers, bytes.</summary>
    public const int HeaderBytes = 28;

    private static readonly QueueLimit s_rateQueue = new(QueueUnit.Time, 100 * SimTime.Millisecond);

    // Recorded links stand still for seconds; a limit in time would empty their buffer while they do.
    private static readonly QueueLimit s_traceQueue = new(QueueUnit.Bytes, 512 << 10);

    /// <summary>Chance that a datagram is lost, each independently.</summary>
    public Probability Loss { get; init; }

    /// <summary>Loss in bursts of packets.</summary>
    public GilbertElliott? Burst { get; init; }

    /// <summary>Loss in spells of time.</summary>
    public FadeSpec? Fade { get; init; }

    /// <summary>Datagrams lost by name.</summary>
    public OrdinalSet Drops { get; init; } = OrdinalSet.Empty;

    /// <summary>One-way delay, ns.</summary>
    public long Delay { get; init; }

    public JitterSpec? Jitter { get; init; }

    public ReorderSpec? Reorder { get; init; }

    /// <summary>Chance that a datagram arrives twice.</summary>
    public Probability Duplicate { get; init; }

    public CorruptSpec? Corrupt { get; init; }

    /// <summary>Capacity of the bottleneck, bits per second; 0 is unlimited.</summary>
    public long Rate { get; init; }

    /// <summary>Capacity of the bottleneck as recorded delivery opportunities; excludes <see cref="Rate"/>.</summary>
    public DeliveryTrace? Trace { get; init; }

    /// <summary>Room before the bottleneck; without one its default is that of rate or trace.</summary>
    public QueueLimit? Queue { get; init; }

    /// <summary>Active queue management of the bottleneck; null is drop-tail.</summary>
    public CoDelSpec? CoDel { get; init; }

    /// <summary>Bytes that each datagram costs the bottleneck and the policer in addition to its own.</summary>
    public int Overhead { get; init; } = HeaderBytes;

    public PolicerSpec? Policer { get; init; }

    /// <summary>Longest datagram that passes, bytes with <see cref="HeaderBytes"/>; 0 is unlimited.</summary>
    public int Mtu { get; init; }

    public BlackoutSpec? Blackout { get; init; }

    /// <summary>What the direction turns into later, in order of time; each entry is complete.</summary>
    public IReadOnlyList<LinkChange> Timeline { get; init; } = [];

    /// <summary>The same direction with room before its bottleneck, if it has one and nothing is said.</summary>
    public LinkSpec WithDefaultQueue()
    {
        if (Queue is not null || (Rate == 0 && Trace is null))
            return this;
        return this with { Queue = Trace is null ? s_rateQueue : s_traceQueue };
    }

    /// <summary>
    /// The same direction with every impairment off: what is left is its delay, its capacity and its queue.
    /// </summary>
    public LinkSpec Healed() => new()
    {
        Delay = Delay,
        Rate = Rate,
        Trace = Trace,
        Queue = Queue,
        CoDel = CoDel,
        Overhead = Overhead,
    };
}

/// <summary>From <paramref name="At"/> on, ns, the direction is <paramref name="Link"/>.</summary>
public readonly record struct LinkChange(long At, LinkSpec Link);

/// <summary>netem's Gilbert-Elliott channel: two states, and a chance of loss in each.</summary>
/// <param name="Worsen">p: from good to bad, per packet.</param>
/// <param name="Recover">r: from bad to good, per packet.</param>
/// <param name="LossInBad">1-h.</param>
/// <param name="LossInGood">1-k.</param>
public sealed record GilbertElliott(
    Probability Worsen, Probability Recover, Probability LossInBad, Probability LossInGood);

/// <summary>Good and bad spells of exponential length.</summary>
/// <param name="Good">Mean length of a good spell, ns.</param>
/// <param name="Bad">Mean length of a bad spell, ns.</param>
/// <param name="Loss">Chance that a datagram of a bad spell is lost.</param>
public sealed record FadeSpec(long Good, long Bad, Probability Loss);

public enum JitterShape
{
    /// <summary>Anything from minus to plus the amount is equally likely.</summary>
    Uniform,

    /// <summary>The amount is the standard deviation; a delay below zero counts as zero.</summary>
    Normal,

    /// <summary>Added to the delay; the amount is the mean.</summary>
    Exponential,
}

/// <param name="Amount">ns; what it measures depends on <paramref name="Shape"/>.</param>
/// <param name="KeepsOrder">No datagram overtakes another one.</param>
public sealed record JitterSpec(long Amount, JitterShape Shape, bool KeepsOrder);

/// <summary>netem's reordering: the chosen datagrams skip the delay.</summary>
/// <param name="Gap">Only every gap-th datagram may be chosen; 1 is each.</param>
public sealed record ReorderSpec(Probability Chance, int Gap);

public enum Corruption
{
    /// <summary>One bit changes.</summary>
    BitFlip,

    /// <summary>Up to sixteen bytes change.</summary>
    Havoc,

    /// <summary>The end is missing.</summary>
    Truncate,
}

/// <summary>Damage that no checksum on the way has caught: the datagram arrives, changed.</summary>
public sealed record CorruptSpec(Probability Chance, Corruption Kind);

public enum QueueUnit
{
    /// <summary>ns a datagram may have to wait for those before it.</summary>
    Time,

    Bytes,

    Packets,
}

/// <summary>Room for datagrams that wait; the one in transmission does not count.</summary>
public sealed record QueueLimit(QueueUnit Unit, long Amount);

/// <summary>RFC 8289.</summary>
/// <param name="Target">Acceptable standing wait, ns.</param>
/// <param name="Interval">How long a wait must exceed it, ns.</param>
public sealed record CoDelSpec(long Target, long Interval);

/// <summary>A token bucket without a queue: what exceeds it is lost.</summary>
/// <param name="Rate">Bits per second.</param>
/// <param name="Burst">Depth of the bucket, bytes.</param>
public sealed record PolicerSpec(long Rate, long Burst);

/// <summary>The path is down for <paramref name="Length"/> from <paramref name="At"/> on.</summary>
/// <param name="Every">Time from one such start to the next, ns; 0 is once.</param>
public sealed record BlackoutSpec(long At, long Length, long Every)
{
    public bool Covers(long now)
    {
        long since = now - At;
        if (since >= 0 && Every > 0)
            since %= Every;
        return since >= 0 && since < Length;
    }
}
