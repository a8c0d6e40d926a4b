using KcpTun.Conformance.Support;

namespace KcpTun.Conformance.Cli.Support;

/// <summary>Files of the source tree, wherever the tests were built.</summary>
internal static class RepositoryFiles
{
    /// <summary>A capture of what a Go binary printed.</summary>
    public static string[] ReferenceLines(string name) =>
        File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "tests/Conformance/Cli/reference", name));
}
