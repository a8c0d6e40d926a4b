namespace KcpTun.Bench.Reports;

/// <summary>What one run of a scenario gave.</summary>
/// <param name="Session">The invocation it belongs to (<see cref="Session.Id"/>).</param>
/// <param name="Round">The round within it, from 1: ratios are formed within a round.</param>
/// <param name="Scenario">What was run.</param>
/// <param name="Subject">Who was measured, as <see cref="Reports.Subject"/> is written.</param>
/// <param name="Metrics">Figures by name; the names end with the unit.</param>
/// <param name="Failure">Why there is nothing or not everything; null if it went well.</param>
internal sealed record Sample(
    string Session,
    int Round,
    string Scenario,
    string Subject,
    IReadOnlyDictionary<string, double> Metrics,
    string? Failure);

/// <summary>One invocation of the program: where and how its samples came about.</summary>
/// <param name="Id">When it began, to the millisecond: no two have the same.</param>
/// <param name="Machine">Processor, kernel and runtime.</param>
/// <param name="Commit">What was checked out.</param>
/// <param name="Programs">What was run, and when it was built: it need not be of that commit.</param>
/// <param name="Load">Load average when it began.</param>
/// <param name="Command">What repeats it.</param>
internal sealed record Session(
    string Id, string Machine, string Commit, string Programs, string Load, string Command);
