using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using KcpTun.Bench.EndToEnd;
using KcpTun.Bench.Micro;
using KcpTun.Bench.Validate;
using KcpTun.GoInterop;

RootCommand root = new("Measures KcpTun, alone and beside both Go releases.")
{
    ReportCommand.Create(),
    ValidateCommand.Create(),
    MicroCommand(),
};
return await root.Parse(args).InvokeAsync();

static Command MicroCommand()
{
    Argument<string[]> arguments = new("arguments") { Description = "For BenchmarkDotNet, after --: -- --filter '*'" };
    Command command = new("micro", "BenchmarkDotNet benchmarks of single parts.") { arguments };
    command.SetAction(parsed =>
    {
        IConfig config = DefaultConfig.Instance.WithArtifactsPath(Path.Combine(Repository.Artifacts, "bench", "micro"));
        BenchmarkSwitcher.FromAssembly(typeof(ByteRingBenchmarks).Assembly)
            .Run(parsed.GetRequiredValue(arguments), config);
    });
    return command;
}
