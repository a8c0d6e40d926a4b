namespace KcpTun.Sim.Conform.Running;

/// <summary>What came of a case on a subject.</summary>
internal enum Verdict
{
    Pass,

    /// <summary>A SHOULD that does not hold, or a quirk of its release that the subject does not have.</summary>
    NonStrict,

    /// <summary>Nothing to judge: a measurement, or a quirk of another release.</summary>
    Info,

    /// <summary>The subject, or the way it is run, lacks what the case needs.</summary>
    Unsupported,

    /// <summary>It held, but not at the first try (real time only).</summary>
    Flaky,

    /// <summary>A MUST that does not hold, or a subject that ended in the middle of a case.</summary>
    Fail,

    /// <summary>The case could not be run: its script uses what is not there, or the subject did not start.</summary>
    Error,
}

/// <summary>One execution of a case.</summary>
/// <param name="Complaint">What did not hold, with the line of the script; null if all did.</param>
/// <param name="Actual">What the subject sent instead, in the script's syntax.</param>
/// <param name="Notes">What the script noted.</param>
/// <param name="Log">What was on the wire.</param>
/// <param name="Output">The end of what the subject printed.</param>
internal sealed record Execution(
    string? Complaint, string? Actual, IReadOnlyList<string> Notes, CaseLog Log, string Output)
{
    /// <summary>The case could not be run.</summary>
    public bool IsBroken { get; init; }

    /// <summary>The subject had started, and ended by itself.</summary>
    public bool HasDied { get; init; }
}

/// <summary>A case on a subject.</summary>
/// <param name="Tries">Executions.</param>
/// <param name="Passes">Those that held.</param>
/// <param name="Reason">Why the verdict is what it is, in one sentence; empty for a pass.</param>
/// <param name="Last">The last execution; null if there was none.</param>
internal sealed record CaseResult(Verdict Verdict, int Tries, int Passes, string Reason, Execution? Last);
