namespace KcpTun.Conformance.Repository;

/// <summary>House rules that a machine can check.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SourceRuleTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 120;

    [Test]
    public void Files_stay_short() =>
        RepositoryText.Sources().Where(file => File.ReadLines(file).Count() > MaxLines).ShouldBeEmpty();

    [Test]
    public void Lines_stay_narrow() =>
        RepositoryText.Sources().SelectMany(file => File.ReadLines(file)
                .Select((line, index) => (Place: $"{file}:{index + 1}", line.Length)))
            .Where(line => line.Length > MaxColumns)
            .Select(line => line.Place)
            .ShouldBeEmpty();
}
