using KcpTun.Primitives;

namespace KcpTun.Sim.Running;

/// <summary>What one run measured. Times in virtual nanoseconds, sizes in bytes.</summary>
public sealed record RunResult
{
    public required ulong Seed { get; init; }

    /// <summary>Hash over every externally visible event, 32 hexadecimal digits.</summary>
    public required string TraceHash { get; init; }

    /// <summary>The workload finished, and every byte of it was right.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Why it did not complete, in one line; null if it did.</summary>
    public string? Failure { get; init; }

    /// <summary>Virtual time from the start to the last application byte delivered.</summary>
    public required long Duration { get; init; }

    /// <summary>Virtual time of the whole run, the tunnel's shutdown included.</summary>
    public long SimulatedTime { get; init; }

    /// <summary>
    /// Application bytes delivered, both directions. Goodput is this over <see cref="Duration"/>.
    /// </summary>
    public required long DeliveredBytes { get; init; }

    /// <summary>One sample for each request, message or transfer that has a latency, in order of completion.</summary>
    public required IReadOnlyList<long> Latencies { get; init; }

    /// <summary>
    /// Application bytes of each flow when the first of them ended: until then they competed.
    /// </summary>
    public IReadOnlyList<long> BytesAtFirstEnd { get; init; } = [];

    /// <summary>Messages that came later than the workload's deadline, and how many have one.</summary>
    public (long Missed, long Total) Deadlines { get; init; }

    public required WireMetrics Wire { get; init; }

    public required RetransmitMetrics Retransmits { get; init; }

    public required FecMetrics Fec { get; init; }

    public required StallMetrics Stalls { get; init; }

    /// <summary>What <c>--snmplog</c> would say at the end.</summary>
    internal (SnmpCounters Client, SnmpCounters Server) Counters { get; init; } = (new(), new());
}

/// <summary>
/// Bytes that entered the path, both directions, IPv4 and UDP headers included. The parts add up to
/// <see cref="Bytes"/>.
/// </summary>
public sealed record WireMetrics
{
    public long Datagrams { get; init; }

    public long Bytes { get; init; }

    /// <summary>First transmissions of what the mux hands to KCP: application bytes after compression.</summary>
    public long PayloadBytes { get; init; }

    /// <summary>IP, UDP, envelope, FEC and KCP headers of datagrams that carry first transmissions.</summary>
    public long HeaderBytes { get; init; }

    /// <summary>Whole datagrams of FEC parity.</summary>
    public long ParityBytes { get; init; }

    /// <summary>Segments sent again because their timer ran out, KCP header included.</summary>
    public long TimeoutBytes { get; init; }

    /// <summary>Segments sent again because later ones were acknowledged (fast retransmit).</summary>
    public long FastBytes { get; init; }

    /// <summary>Segments sent again early, because nothing new could be sent.</summary>
    public long EarlyBytes { get; init; }

    /// <summary>Acknowledgement and window segments, and the headers of datagrams that hold nothing else.</summary>
    public long AckBytes { get; init; }

    /// <summary>Segments of connections that do without the tunnel, headers included.</summary>
    public long TcpBytes { get; init; }

    /// <summary>Copies the path made; not part of <see cref="Bytes"/>.</summary>
    public long DuplicateBytes { get; init; }

    /// <summary>Datagrams lost on the path, by reason.</summary>
    public IReadOnlyDictionary<Links.DropReason, long> Drops { get; init; } =
        new SortedDictionary<Links.DropReason, long>();
}

/// <summary>Segments sent more than once, both directions.</summary>
public sealed record RetransmitMetrics
{
    public long Timeout { get; init; }

    public long Fast { get; init; }

    public long Early { get; init; }

    /// <summary>Those of which an earlier transmission arrived after all: nothing was lost.</summary>
    public long Spurious { get; init; }

    public long Total => Timeout + Fast + Early;
}

/// <summary>What forward error correction did, both directions.</summary>
public sealed record FecMetrics
{
    /// <summary>Parity packets sent.</summary>
    public long Parity { get; init; }

    /// <summary>Data packets rebuilt from parity.</summary>
    public long Recovered { get; init; }

    /// <summary>Rebuilt packets of which every segment had come by other ways before.</summary>
    public long Useless { get; init; }

    /// <summary>Data packets that arrived, late, after they had been rebuilt.</summary>
    public long Late { get; init; }
}

/// <summary>Where time and memory went, both ends.</summary>
public sealed record StallMetrics
{
    /// <summary>Time in which received segments waited for an earlier one that was missing, ns.</summary>
    public long HeadOfLine { get; init; }

    /// <summary>Time in which data waited because a window was full (KCP's or a stream's), ns.</summary>
    public long Window { get; init; }

    /// <summary>Longest wait of a datagram for the bottleneck, behind the tunnel's own datagrams, ns.</summary>
    public long MaxQueueDelay { get; init; }

    /// <summary>Mean of that wait over all datagrams, ns.</summary>
    public long MeanQueueDelay { get; init; }

    /// <summary>Wait at the bottleneck that 95 of 100 datagrams do not exceed, ns.</summary>
    public long QueueDelayP95 { get; init; }

    /// <summary>Most memory both ends held for packets and undelivered bytes, bytes.</summary>
    public long PeakMemory { get; init; }
}
