namespace KcpTun.Bench.Reports;

/// <summary>One thing that is asked of a tunnel.</summary>
/// <param name="Row">The row of the table it belongs to, as <c>--rows</c> names it.</param>
/// <param name="Title">What it is, for readers.</param>
/// <param name="Scenario">What is run to measure it.</param>
/// <param name="Metric">Which of the scenario's metrics it is; the name ends with the unit.</param>
internal sealed record Figure(string Row, string Title, string Scenario, string Metric)
{
    /// <summary>What is asked; null where the figure is only shown.</summary>
    public Goal? Goal { get; init; }

    /// <summary>Whose figure it is: tunnels with our end or ends here.</summary>
    public OurEnds Ours { get; init; } = OurEnds.Both;

    /// <summary>The only build it is asked of; null for all.</summary>
    public string? Build { get; init; }

    public bool Concerns(Subject subject) =>
        subject.Ours == Ours && (Build is null || subject.Build == Build);
}
