namespace KcpTun.Conformance.Cli.Support;

/// <summary>Files of the source tree, wherever the tests were built.</summary>
internal static class RepositoryFiles
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A capture of what a Go binary printed.</summary>
    public static string[] ReferenceLines(string name) =>
        File.ReadAllLines(Path.Combine(Root, "tests/Conformance/Cli/reference", name));

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "KcpTun.sln")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new DirectoryNotFoundException("KcpTun.sln is in no directory above the tests");
    }
}
