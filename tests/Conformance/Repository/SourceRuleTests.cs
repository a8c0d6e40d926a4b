using KcpTun.Conformance.Support;

namespace KcpTun.Conformance.Repository;

/// <summary>House rules that a machine can check.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SourceRuleTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 120;

    private static IEnumerable<string> Sources() =>
        new[] { "src", "tests", "bench", "tools" }
            .Select(folder => Path.Combine(RepositoryRoot.Path, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories));

    [Test]
    public void Files_stay_short() =>
        Sources().Where(file => File.ReadLines(file).Count() > MaxLines).ShouldBeEmpty();

    [Test]
    public void Lines_stay_narrow() =>
        Sources().SelectMany(file => File.ReadLines(file)
                .Select((line, index) => (Place: $"{file}:{index + 1}", line.Length)))
            .Where(line => line.Length > MaxColumns)
            .Select(line => line.Place)
            .ShouldBeEmpty();

    [Test]
    public void Nothing_is_left_unfinished() =>
        Sources().Where(file => Path.GetFileName(file) != "SourceRuleTests.cs")
            .Where(file => File.ReadAllText(file) is string text
                && (text.Contains("TODO", StringComparison.Ordinal)
                    || text.Contains("FIXME", StringComparison.Ordinal)
                    || text.Contains("NotImplementedException", StringComparison.Ordinal)))
            .ShouldBeEmpty();
}
