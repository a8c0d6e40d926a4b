using KcpTun.Conformance.Cli.Support;
using KcpTun.Conformance.Support;

namespace KcpTun.Conformance.Cli;

internal sealed class OptionsDocumentTests
{
    private static readonly string s_path = Path.Combine(RepositoryRoot.Path, "docs/options.md");

    [Test]
    public void The_documented_table_is_the_one_that_parses()
    {
        string document = File.ReadAllText(s_path);
        (int start, int end) = Table(document);
        document[start..end].ShouldBe(
            OptionsTable.Markdown(), "docs/options.md is stale: run the explicit test Rewrite_the_documented_table");
    }

    [Test]
    [Explicit("Writes docs/options.md after a change of the table.")]
    public void Rewrite_the_documented_table()
    {
        string document = File.ReadAllText(s_path);
        (int start, int end) = Table(document);
        File.WriteAllText(s_path, document[..start] + OptionsTable.Markdown() + document[end..]);
    }

    private static (int Start, int End) Table(string document)
    {
        int start = document.IndexOf(OptionsTable.Begin, StringComparison.Ordinal) + OptionsTable.Begin.Length + 1;
        return (start, document.IndexOf(OptionsTable.End, StringComparison.Ordinal));
    }
}
