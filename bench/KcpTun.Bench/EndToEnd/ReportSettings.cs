using KcpTun.Bench.EndToEnd.Scenarios;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd;

/// <summary>What to measure and where to write it.</summary>
internal sealed record ReportSettings
{
    /// <summary>Rounds; each does everything once with every pair. 0 only writes what is merged.</summary>
    public required int Rounds { get; init; }

    public required Effort Effort { get; init; }

    /// <summary>Rows of the table, by name.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    /// <summary>Who is measured, the reference included.</summary>
    public required IReadOnlyList<Pair> Pairs { get; init; }

    public required Matrix Matrix { get; init; }

    /// <summary>Reports in JSON whose samples are to count too.</summary>
    public required IReadOnlyList<string> Merged { get; init; }

    /// <summary>Folder of the report.</summary>
    public required string Output { get; init; }

    /// <summary>What the rows need, in the order of the table.</summary>
    public IReadOnlyList<Scenario> Scenarios()
    {
        HashSet<string> needed =
            [.. FigureCatalog.All.Where(figure => Rows.Contains(figure.Row)).Select(figure => figure.Scenario)];
        return
        [
            .. ScenarioCatalog.Create(Effort, Rows.Contains(FigureCatalog.PeersRow))
                .Where(scenario => needed.Contains(scenario.Id)),
            .. Rows.Contains(FigureCatalog.MatrixRow) ? Matrix.Scenarios(Effort) : [],
        ];
    }
}
