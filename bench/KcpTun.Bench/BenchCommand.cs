using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using KcpTun.Bench.EndToEnd;
using KcpTun.Bench.Micro;
using KcpTun.Bench.Validate;
using KcpTun.GoInterop;
using KcpTun.Sim.Cli;

namespace KcpTun.Bench;

/// <summary>The command line of this program.</summary>
internal static class BenchCommand
{
    public static RootCommand Create() => new("Measures KcpTun, alone and beside both Go releases.")
    {
        ReportCommand.Create(),
        ValidateCommand.Create(),
        LiveLinksCommand.Create(),
        TunedCommand.Create(),
        CreateMicro(),
    };

    /// <summary>Runs a command line; what is wrong with it is a line on <paramref name="error"/>.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter error)
    {
        ParseResult parsed = Create().Parse(arguments);
        if (parsed.Errors.Count == 0)
            return await InvokeAsync(parsed, error);
        await error.WriteLineAsync($"{parsed.Errors[0].Message}; --help lists what there is");
        return ExitCodes.Usage;
    }

    private static async Task<int> InvokeAsync(ParseResult parsed, TextWriter error)
    {
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (TypeInitializationException e) when (e.GetBaseException() is InvalidOperationException cause)
        {
            await error.WriteLineAsync($"{cause.Message} Run it where the repository is, as built there.");
            return ExitCodes.Failure;
        }
    }

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
            BenchmarkSwitcher.FromAssembly(typeof(ByteQueueBenchmarks).Assembly)
                .Run(parsed.GetRequiredValue(arguments), DefaultConfig.Instance.WithArtifactsPath(folder));
        });
        return command;
    }
}
