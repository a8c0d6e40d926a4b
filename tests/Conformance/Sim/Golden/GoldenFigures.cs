using System.Globalization;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Golden;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Golden;

/// <summary>
/// What every golden plan costs: when it completed in virtual time, and what it put on the wire. The trace hash tells
/// that something has changed, these tell how much; a change of speed shows in a review as a changed line.
/// </summary>
internal static class GoldenFigures
{
    public const string FileName = "figures.md";

    private const string Rule = "|---|---:|---:|---:|---:|---:|";

    private const string Head =
        "What the golden plans cost; written by Record_the_golden_hashes.\n\n"
        + "| plan | completed, ms | datagrams | wire bytes | resent | of them needlessly |\n"
        + Rule + "\n";

    private static string FilePath =>
        Path.Combine(RepositoryRoot.Path, "tests", "Conformance", "Sim", "Golden", FileName);

    /// <summary>The rows on record.</summary>
    public static IReadOnlySet<string> Recorded { get; } =
        File.ReadLines(FilePath).SkipWhile(line => line != Rule).Skip(1).ToHashSet();

    public static string Row(GoldenPlan plan, RunResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {plan.Name} | {result.Duration / 1e6:0.000} | {result.Wire.Datagrams} | {result.Wire.Bytes} "
            + $"| {result.Retransmits.Total} | {result.Retransmits.Spurious} |");

    public static void Record(IEnumerable<string> rows) =>
        File.WriteAllText(FilePath, Head + string.Join('\n', rows) + "\n");
}
