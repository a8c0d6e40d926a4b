using KcpTun.GoInterop;

namespace KcpTun.Interop;

/// <summary>How both ends are started and what is done with the tunnel: a row of the matrix.</summary>
public sealed record Scenario
{
    private static readonly string[] s_immediateEnd = ["--closewait", "0"];

    /// <summary>Group and name, such as <c>crypt/salsa20</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What is done with the running tunnel.</summary>
    public Exercise Exercise { get; init; } = Exercises.DataExercises.MoveAsync;

    /// <summary>Flags of both ends.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Flags of those ends that are ours: what Go does not have and must not notice.</summary>
    public IReadOnlyList<string> OurFlags { get; init; } = [];

    /// <summary>Flags of the client only.</summary>
    public IReadOnlyList<string> ClientFlags { get; init; } = [];

    /// <summary>Flags of the server only.</summary>
    public IReadOnlyList<string> ServerFlags { get; init; } = [];

    /// <summary>The content of both ends' JSON file, if they are to have one.</summary>
    public string? Configuration { get; init; }

    /// <summary>
    /// smux version, always said because the releases' defaults differ; null leaves the command line bare.
    /// </summary>
    public int? SmuxVersion { get; init; } = 2;

    public int PortCount { get; init; } = 1;

    public bool EntersByUnixSocket { get; init; }

    public bool TargetsUnixSocket { get; init; }

    /// <summary>What both ends must have for the scenario to make sense.</summary>
    public Capabilities Needs { get; init; }

    /// <summary>What the client must have.</summary>
    public Capabilities ClientNeeds { get; init; }

    /// <summary>What the server must have.</summary>
    public Capabilities ServerNeeds { get; init; }

    /// <summary>Whether it mostly waits, so that it need not count among those that load the machine.</summary>
    public bool IsIdle { get; init; }

    /// <summary>The time after which it has failed.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The part of the id before the slash.</summary>
    public string Group => Id[..Id.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Whether both ends have what it needs.</summary>
    public bool AppliesTo(Pair pair) =>
        pair.Client.Capabilities.HasFlag(Needs | ClientNeeds) && pair.Server.Capabilities.HasFlag(Needs | ServerNeeds);

    /// <summary>The tunnel for a pair.</summary>
    public TunnelPlan Plan(Pair pair) => new()
    {
        Client = pair.Client,
        Server = pair.Server,
        ClientFlags = [.. CommonFlags(pair.Client), .. FlagsIfOurs(pair.Client), .. ClientFlags],
        ServerFlags = [.. CommonFlags(pair.Server), .. FlagsIfOurs(pair.Server), .. ServerFlags],
        ClientConfiguration = Configuration,
        ServerConfiguration = Configuration,
        PortCount = PortCount,
        EntersByUnixSocket = EntersByUnixSocket,
    };

    private IReadOnlyList<string> FlagsIfOurs(Implementation end) => end == Implementation.Ours ? OurFlags : [];

    // The end of a connection must not wait for the server's default of 30 s, unless the defaults are the subject.
    private IEnumerable<string> CommonFlags(Implementation end)
    {
        if (SmuxVersion is not { } version)
            return Flags;
        string[] closeWait = end.Capabilities.HasFlag(Capabilities.HalfClose) ? s_immediateEnd : [];
        return [$"--smuxver={version}", .. closeWait, .. Flags];
    }
}
