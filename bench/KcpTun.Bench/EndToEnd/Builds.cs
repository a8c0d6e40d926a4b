using System.Globalization;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd;

/// <summary>The builds of our programs that can be measured.</summary>
internal static class Builds
{
    /// <summary>Published, compiled at run time.</summary>
    public const string Jit = "jit";

    /// <summary>Published, compiled to machine code.</summary>
    public const string Aot = "aot";

    /// <summary>What KCPTUN_EXE names, else what has been built beside this program.</summary>
    public const string Built = "built";

    public static IReadOnlyList<string> All { get; } = [Jit, Aot, Built];

    /// <summary>What makes the published builds.</summary>
    public static string Advice => """
        Publish what is to be measured:
          dotnet publish src/KcpTun.Cli -c Release -o artifacts/jit
          dotnet publish src/KcpTun.Cli -c Release -o artifacts/native -p:PublishAot=true -r linux-x64
          dotnet publish src/KcpTun.Sim -c Release -o artifacts/jit-sim
          dotnet publish src/KcpTun.Sim -c Release -o artifacts/native-sim -p:PublishAot=true -r linux-x64
        """;

    public static Implementation Tunnel(string build) => Implementation.OurBuild(
        Subject.OursPrefix + build,
        build switch
        {
            Jit => Path.Combine(Repository.Artifacts, "jit", "kcptun"),
            Aot => Path.Combine(Repository.Artifacts, "native", "kcptun"),
            _ => Repository.TunnelExecutable,
        });

    public static string Simulator(string build) => build switch
    {
        Jit => Path.Combine(Repository.Artifacts, "jit-sim", "kcptun-sim"),
        Aot => Path.Combine(Repository.Artifacts, "native-sim", "kcptun-sim"),
        _ => Path.Combine(Repository.Artifacts, "bin", "KcpTun.Sim", "release", "KcpTun.Sim"),
    };

    /// <summary>Which files the pairs' builds of ours are and when they were made, in one line.</summary>
    public static string Describe(IEnumerable<Pair> pairs) => string.Join("; ", pairs
        .SelectMany(pair => new[] { pair.Client, pair.Server })
        .DistinctBy(end => end.Name)
        .Where(end => end.Name.StartsWith(Subject.OursPrefix, StringComparison.Ordinal))
        .Select(end => Describe(end.Name, end.ClientCommand[0])));

    private static string Describe(string name, string program)
    {
        DateTime built = Directory.GetFiles(Path.GetDirectoryName(program)!).Max(File.GetLastWriteTimeUtc);
        string path = Path.GetRelativePath(Repository.Root, program);
        return string.Create(CultureInfo.InvariantCulture, $"{name} {path} at {built:yyyy-MM-dd HH:mm:ss}Z");
    }
}
