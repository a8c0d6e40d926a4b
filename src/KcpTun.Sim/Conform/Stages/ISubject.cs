namespace KcpTun.Sim.Conform.Stages;

/// <summary>An implementation, and the way it is run.</summary>
internal interface ISubject
{
    /// <summary>Name of its column: <c>ours-core</c>, <c>go-20260314</c>.</summary>
    string Name { get; }

    /// <summary>What it says of its version; empty if that is unknown.</summary>
    string Version { get; }

    /// <summary>The release whose quirks it has; empty for none.</summary>
    string Release { get; }

    /// <summary>Abilities it does not have.</summary>
    IReadOnlySet<string> Lacks { get; }

    /// <summary>It runs in virtual time.</summary>
    bool IsExact { get; }

    /// <summary>Whether there is such an end of it.</summary>
    bool Plays(SubjectRole role);

    /// <summary>Starts it; if it cannot be started, the stage's failure says so.</summary>
    /// <exception cref="SubjectException">It cannot be used with these settings.</exception>
    IStage Start(SubjectSpec spec);
}

/// <summary>A subject cannot be used: it does not start, or not with these settings.</summary>
internal sealed class SubjectException(string message) : Exception(message);
