namespace KcpTun.Conformance.Support;

/// <summary>The checkout that tests and tools were built from.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory.FullName, "KcpTun.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("This runs outside of the checkout.");
    }
}
