using KcpTun.Sim.Cli;
using KcpTun.Sim.Conform.Running;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>A file in which <c>conform</c> leaves its result.</summary>
internal sealed record ConformOutput(
    string Option, string Help, Func<SuiteResult, string?, string> Write, bool IsPart = false)
    : IConformOutput
{
    public static IReadOnlyList<IConformOutput> All { get; } =
    [
        new ConformOutput(
            "--html", "write the matrix, with a page for every case, as one HTML file",
            (result, _) => MatrixHtml.Write(result)),
        new ConformOutput(
            "--json", "write the result as JSON; - for standard output", (result, _) => ConformJson.Write(result)),
        new ConformOutput("--junit", "write the result as JUnit's XML", (result, _) => JUnitReport.Write(result)),
        new ConformOutput(
            "--markdown", "write the matrix as Markdown; in a file with the lines <!-- matrix --> and "
            + "<!-- /matrix --> only what is between them", MarkdownMatrix.Write, IsPart: true),
    ];

    string IConformOutput.Write(SuiteResult result, string? before) => Write(result, before);
}
