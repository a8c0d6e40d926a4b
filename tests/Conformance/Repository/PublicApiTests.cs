using KcpTun.Conformance.Support;
using KcpTun.Tunnel;
using PublicApiGenerator;

namespace KcpTun.Conformance.Repository;

/// <summary>What a program that uses KcpTun.dll can see changes only on purpose.</summary>
public sealed class PublicApiTests
{
    private const string Rewrite =
        "dotnet run -c Release --project tests/Conformance -- --filter \"Name=Rewrite_the_public_api\"";

    private static readonly string s_snapshot =
        Path.Combine(RepositoryRoot.Path, "tests", "Conformance", "Repository", "public-api.txt");

    [Test]
    public void The_public_api_is_the_one_on_record()
    {
        string[] expected = File.Exists(s_snapshot) ? File.ReadAllLines(s_snapshot) : [];
        string[] actual = Describe().Split('\n');
        string[] diff =
        [
            .. expected.Except(actual).Select(line => $"- {line.Trim()}"),
            .. actual.Except(expected).Select(line => $"+ {line.Trim()}"),
        ];
        diff.ShouldBeEmpty($"if the change is meant: {Rewrite}\n{string.Join('\n', diff)}\n");
        actual.ShouldBe(expected, $"the order has changed: {Rewrite}");
    }

    [Test]
    [Explicit("Writes public-api.txt after a change that is meant.")]
    public void Rewrite_the_public_api() => File.WriteAllText(s_snapshot, Describe() + "\n");

    private static string Describe() => typeof(TunnelOptions).Assembly
        .GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false })
        .ReplaceLineEndings("\n")
        .TrimEnd('\n');
}
