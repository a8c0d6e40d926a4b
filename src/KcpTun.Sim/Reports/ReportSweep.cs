namespace KcpTun.Sim.Reports;

/// <summary>Results over a grid of options.</summary>
public sealed record ReportSweep
{
    /// <summary>The options varied, at least one.</summary>
    public required IReadOnlyList<ReportAxis> Axes { get; init; }

    /// <summary>What each cell measured, at least one.</summary>
    public required IReadOnlyList<ReportMetric> Metrics { get; init; }

    /// <summary>Names of the variants, at least one.</summary>
    public required IReadOnlyList<string> Variants { get; init; }

    /// <summary>In any order; combinations may be missing.</summary>
    public required IReadOnlyList<ReportCell> Cells { get; init; }
}

/// <summary>One option and the values it takes.</summary>
/// <param name="Name">With its unit, as in <c>loss, %</c>.</param>
/// <param name="Values">As they are written, in the order they are shown.</param>
public sealed record ReportAxis(string Name, IReadOnlyList<string> Values);

/// <summary>One figure of every cell.</summary>
/// <param name="Name">With its unit, as in <c>goodput, MB/s</c>.</param>
public sealed record ReportMetric(string Name, bool IsHigherBetter);

/// <summary>One point of the grid.</summary>
/// <param name="Variant">Index into <see cref="ReportSweep.Variants"/>.</param>
/// <param name="Position">An index into the values of each axis.</param>
/// <param name="Values">One for each metric; null where there is none, as when a run did not finish.</param>
/// <param name="Command">Runs this point again.</param>
public sealed record ReportCell(
    int Variant, IReadOnlyList<int> Position, IReadOnlyList<double?> Values, string Command);
