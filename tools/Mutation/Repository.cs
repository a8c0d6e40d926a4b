using System.Diagnostics;
using KcpTun.Conformance.Support;

namespace KcpTun.Mutation;

/// <summary>Where things are.</summary>
internal static class Repository
{
    public static string Root => RepositoryRoot.Path;

    /// <summary>Everything the tool makes, but the document.</summary>
    public static string Work => Path.Combine(Root, "artifacts", "mutation");

    /// <summary>The tests, built as always.</summary>
    public static string Tests => Path.Combine(Root, "artifacts", "bin", "KcpTun.Conformance", "release");

    /// <summary>The library with the mutants in it.</summary>
    public static string Mutated => Path.Combine(Work, "out", "bin", "KcpTun", "release", "KcpTun.dll");

    public static string Document => Path.Combine(Root, "docs", "mutation.md");

    public static string Explanations => Path.Combine(Root, "tools", "Mutation", "survivors.txt");

    /// <summary>Builds the copy with a folder for its output that is not the library's own.</summary>
    public static bool Build()
    {
        string[] arguments =
        [
            "build", Path.Combine(Work, "src", "KcpTun"), "-c", "Release", "-nologo", "-v", "q",
            $"-p:ArtifactsPath={Path.Combine(Work, "out")}", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false",
            "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false", "-p:WarningLevel=0",
        ];
        using Process build = Process.Start(new ProcessStartInfo("dotnet", arguments))!;
        build.WaitForExit();
        return build.ExitCode == 0;
    }
}
