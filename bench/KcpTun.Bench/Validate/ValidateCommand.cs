using System.CommandLine;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary><c>validate</c>: real tunnels over the simulator's path in real time beside the simulator.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        Option<string[]> points = new("--points")
        {
            Description = $"{LinkPoint.Syntax}; separated by commas; 18 points when left out",
        };
        Option<bool> quick = new("--quick") { Description = "Two points, two runs, short ones" };
        Option<int> runs = CountOption.Create("--runs", 4, 1, "Real runs of each point, workload and implementation");
        Option<int> seeds = CountOption.Create("--seeds", 40, 1, "Simulated runs of each point and workload");
        Option<int> parallel = CountOption.Create("--parallel", 8, 1, "Tunnels measured at the same time");
        Option<string> echo = new("--echo")
        {
            Description = "What latency is measured with, as the simulator writes it",
            DefaultValueFactory = _ => "echo:64B,n=400,every=50ms",
        };
        Command command = new("validate", "Real tunnels over the simulator's path, beside what the simulator predicts.")
        {
            points, quick, runs, seeds, parallel, echo,
        };
        command.SetAction((parsed, cancellation) =>
        {
            bool isQuick = parsed.GetValue(quick);
            string[] texts = [.. (parsed.GetValue(points) ?? []).SelectMany(text => text.Split(','))];
            if (texts.Length == 0)
                texts = [.. isQuick ? LinkPoint.Few : LinkPoint.Standard.Concat(LinkPoint.Different)];
            LinkPoint?[] read = [.. texts.Select(LinkPoint.TryParse)];
            int wrong = Array.IndexOf(read, null);
            if (wrong >= 0)
                return RefuseAsync($"--points {texts[wrong]}: write {LinkPoint.Syntax}");
            if (!WorkloadSpec.TryParse(parsed.GetRequiredValue(echo), out WorkloadSpec? workload, out _)
                || workload is not EchoSpec echoes)
                return RefuseAsync($"--echo {parsed.GetValue(echo)}: write an echo, as in echo:64B,n=400");
            return RunAsync(
                new ValidateSettings
                {
                    Points = read!,
                    Runs = isQuick ? 2 : parsed.GetRequiredValue(runs),
                    Seeds = parsed.GetRequiredValue(seeds),
                    Parallel = parsed.GetRequiredValue(parallel),
                    BulkSeconds = isQuick ? 5 : 10,
                    Echo = echoes,
                    Implementations = [Implementation.GoNew, Implementation.Ours],
                },
                cancellation);
        });
        return command;
    }

    private static async Task<int> RefuseAsync(string problem)
    {
        await Console.Error.WriteLineAsync(problem);
        return ExitCodes.Usage;
    }

    private static async Task<int> RunAsync(ValidateSettings settings, CancellationToken cancellation)
    {
        IEnumerable<Pair> pairs = settings.Implementations.Select(end => new Pair(end, end));
        if (await PairOption.FindMissingAsync(pairs) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return ExitCodes.Failure;
        }

        try
        {
            IReadOnlyList<PointResult> results = await new Validation(settings).RunAsync(cancellation);
            ValidateReport report = new(settings, results);
            ReportFiles.Write("validate", report.ToMarkdown(), report.ToJson());
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return e is ArgumentException ? ExitCodes.Usage : ExitCodes.Failure;
        }
    }
}
