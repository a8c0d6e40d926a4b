using KcpTun.Conformance.Support;

namespace KcpTun.Conformance.Repository;

/// <summary>The files people write: what a build makes and recorded data are not among them.</summary>
internal static class RepositoryText
{
    private static readonly string[] s_made = ["artifacts", "bin", "obj", ".git", "TestResults", "vectors"];

    private static readonly string[] s_extensions =
    [
        "", ".cs", ".csproj", ".html", ".json", ".kpt", ".lua", ".md", ".props", ".sh", ".sln", ".targets", ".txt",
    ];

    /// <summary>All of them, scripts without an extension included.</summary>
    public static IEnumerable<string> Files() =>
        Below(RepositoryRoot.Path).Where(file => s_extensions.Contains(Path.GetExtension(file)));

    /// <summary>The C# among them.</summary>
    public static IEnumerable<string> Sources() => Below(RepositoryRoot.Path).Where(file => Is(file, ".cs"));

    /// <summary>What a reader is told: the front pages and the documents. The protocol has no commands.</summary>
    public static IEnumerable<string> Documents() => Directory.GetFiles(RepositoryRoot.Path, "*.md")
        .Concat(Below(Path.Combine(RepositoryRoot.Path, "docs")).Where(file => Is(file, ".md")))
        .Where(file => !Is(file, "protocol.md"));

    private static bool Is(string file, string extension) => file.EndsWith(extension, StringComparison.Ordinal);

    private static IEnumerable<string> Below(string folder) => Directory.GetFiles(folder).Concat(
        Directory.GetDirectories(folder).Where(name => !s_made.Contains(Path.GetFileName(name))).SelectMany(Below));
}
