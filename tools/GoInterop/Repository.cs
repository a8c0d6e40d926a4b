using KcpTun.Conformance.Support;

namespace KcpTun.GoInterop;

/// <summary>Where things are in a checkout that has been built.</summary>
public static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root => RepositoryRoot.Path;

    /// <summary>The folder of everything that is built, fetched or measured.</summary>
    public static string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>
    /// The program under test: environment variable KCPTUN_EXE (relative to <see cref="Root"/>), else the executable
    /// built with the same configuration as the running assembly.
    /// </summary>
    public static string TunnelExecutable
    {
        get
        {
            string? chosen = Environment.GetEnvironmentVariable("KCPTUN_EXE");
            if (!string.IsNullOrEmpty(chosen))
                return Path.GetFullPath(chosen, Root);
            string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            return Path.Combine(Artifacts, "bin", "KcpTun.Cli", configuration, "KcpTun.Cli");
        }
    }
}
