namespace KcpTun.Bench.EndToEnd;

/// <summary>How much is done of everything.</summary>
internal sealed record Effort
{
    /// <summary>Bytes moved in each direction, one after the other.</summary>
    public required long Bytes { get; init; }

    /// <summary>Echoes of 64 bytes on the idle tunnel.</summary>
    public required int Echoes { get; init; }

    /// <summary>How long echoes go on beside a bulk stream, in each direction, and short connections arrive.</summary>
    public required TimeSpan Busy { get; init; }

    /// <summary>How long idle tunnels are watched, and how long after the load memory is looked at.</summary>
    public required TimeSpan Quiet { get; init; }

    /// <summary>Concurrent streams of 64 KiB.</summary>
    public int Streams { get; init; } = 1000;

    /// <summary>Short connections that arrive in a second.</summary>
    public int Arrivals { get; init; } = 2000;

    /// <summary>KCP sessions of an idle tunnel.</summary>
    public int Sessions { get; init; } = 100;

    /// <summary>Times that a tunnel is started in a round.</summary>
    public int Starts { get; init; } = 7;

    /// <summary>
    /// What is moved before anything is measured: enough for a just-in-time compiler to have seen the hot paths and
    /// for windows to be open.
    /// </summary>
    public long WarmUpBytes => Math.Min(Bytes, 16 << 20);
}
