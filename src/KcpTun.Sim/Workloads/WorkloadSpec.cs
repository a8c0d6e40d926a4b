namespace KcpTun.Sim.Workloads;

/// <summary>What the applications at both ends of the tunnel do.</summary>
public abstract record WorkloadSpec
{
    /// <summary>The spelling it was given in, as in <c>bulk:8MiB,up</c>.</summary>
    public required string Text { get; init; }

    /// <summary>Whether its latencies mean something (requests, messages, short transfers).</summary>
    public virtual bool HasLatency => true;

    /// <summary>Whether its goodput means something (it sends as fast as the tunnel takes it).</summary>
    public virtual bool HasGoodput => false;

    /// <summary>Reads a workload such as <c>bulk:8MiB,up</c>.</summary>
    /// <param name="error">One line that says what would be right.</param>
    public static bool TryParse(string text, out WorkloadSpec? spec, out string? error) =>
        WorkloadParser.TryParse(text, out spec, out error);
}

/// <summary>One transfer as fast as the tunnel takes it.</summary>
public sealed record BulkSpec : WorkloadSpec
{
    public required long Bytes { get; init; }

    /// <summary>From the client's application to the server's; otherwise the other way.</summary>
    public required bool IsUp { get; init; }

    public override bool HasLatency => false;

    public override bool HasGoodput => true;
}

/// <summary>Requests that are answered with as many bytes.</summary>
public sealed record EchoSpec : WorkloadSpec
{
    public required int Bytes { get; init; }

    public required int Count { get; init; }

    /// <summary>Time between two requests, ns.</summary>
    public required long Every { get; init; }

    /// <summary>
    /// A request waits for the answer to the one before. Otherwise it leaves on time, so that one slow answer does not
    /// hide the ones that would have been slow behind it.
    /// </summary>
    public bool IsClosed { get; init; }
}

/// <summary>Messages in both directions at a fixed rate, each measured one way.</summary>
public sealed record GameSpec : WorkloadSpec
{
    /// <summary>Time between two messages of one direction, ns.</summary>
    public required long Every { get; init; }

    public required int UpBytes { get; init; }

    public required int DownBytes { get; init; }

    /// <summary>How long messages are sent, ns.</summary>
    public required long Duration { get; init; }

    /// <summary>Age at which a message is too old to be of use, ns.</summary>
    public required long Deadline { get; init; }
}

/// <summary>Many small downloads, each on a connection of its own.</summary>
public sealed record ShortSpec : WorkloadSpec
{
    public required int Count { get; init; }

    public required int Bytes { get; init; }

    /// <summary>Time between two connections, ns.</summary>
    public required long Every { get; init; }
}

/// <summary>A page of many objects over a few connections, as a browser fetches it.</summary>
public sealed record WebSpec : WorkloadSpec
{
    public required int Objects { get; init; }

    public required int Connections { get; init; }

    /// <summary>Mean size of an object, bytes; sizes are drawn between a quarter and seven quarters of it.</summary>
    public required int MeanBytes { get; init; }
}

/// <summary>A tunnel with open streams and nothing to carry.</summary>
public sealed record IdleSpec : WorkloadSpec
{
    /// <summary>Streams; with as many sessions (<c>--conn</c>) each has its own.</summary>
    public required int Count { get; init; }

    public required long Duration { get; init; }

    public override bool HasLatency => false;
}

/// <summary>A workload that goes over the path itself, by TCP with CUBIC, and not through the tunnel.</summary>
public sealed record TcpSpec : WorkloadSpec
{
    public required WorkloadSpec Traffic { get; init; }

    public override bool HasLatency => Traffic.HasLatency;

    public override bool HasGoodput => Traffic.HasGoodput;
}

/// <summary>Several workloads at once over the same path.</summary>
public sealed record MixedSpec : WorkloadSpec
{
    public required IReadOnlyList<WorkloadSpec> Parts { get; init; }

    public override bool HasLatency => Parts.Any(part => part.HasLatency);

    public override bool HasGoodput => Parts.Any(part => part.HasGoodput);
}
