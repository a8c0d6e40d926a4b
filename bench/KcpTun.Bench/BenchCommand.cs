using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using KcpTun.Bench.EndToEnd;
using KcpTun.Bench.Micro;
using KcpTun.Bench.Validate;
using KcpTun.GoInterop;

namespace KcpTun.Bench;

/// <summary>The command line of this program.</summary>
internal static class BenchCommand
{
    public static RootCommand Create() => new("Measures KcpTun, alone and beside both Go releases.")
    {
        ReportCommand.Create(),
        ValidateCommand.Create(),
        LiveLinksCommand.Create(),
        CreateMicro(),
    };

    private static Command CreateMicro()
    {
        Argument<string[]> arguments = new("arguments")
        {
            Description = "For BenchmarkDotNet, after --: -- --filter '*'",
        };
        Command command = new("micro", "BenchmarkDotNet benchmarks of single parts.") { arguments };
        command.SetAction(parsed =>
        {
            string folder = Path.Combine(Repository.Artifacts, "bench", "micro");
            BenchmarkSwitcher.FromAssembly(typeof(ByteRingBenchmarks).Assembly)
                .Run(parsed.GetRequiredValue(arguments), DefaultConfig.Instance.WithArtifactsPath(folder));
        });
        return command;
    }
}
