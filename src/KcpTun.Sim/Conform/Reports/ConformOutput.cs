using KcpTun.Sim.Cli;
using KcpTun.Sim.Conform.Running;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>A file in which <c>conform</c> leaves its result.</summary>
internal sealed record ConformOutput(string Option, string Help, Func<SuiteResult, string> Write) : IConformOutput
{
    public static IReadOnlyList<IConformOutput> All { get; } =
    [
        new ConformOutput("--html", "write the matrix, with a page for every case, as one HTML file", MatrixHtml.Write),
        new ConformOutput("--json", "write the result as JSON; - for standard output", ConformJson.Write),
        new ConformOutput("--junit", "write the result as JUnit's XML", JUnitReport.Write),
        new ConformOutput("--markdown", "write the matrix as Markdown", MarkdownMatrix.Write),
    ];

    string IConformOutput.Write(SuiteResult result) => Write(result);
}
