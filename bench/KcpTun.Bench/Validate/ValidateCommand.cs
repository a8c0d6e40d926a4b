using System.CommandLine;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

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
        Option<int> runs = new("--runs")
        {
            Description = "Real runs of each point, workload and implementation",
            DefaultValueFactory = _ => 4,
        };
        Option<int> seeds = new("--seeds")
        {
            Description = "Simulated runs of each point and workload",
            DefaultValueFactory = _ => 40,
        };
        Option<int> parallel = new("--parallel")
        {
            Description = "Tunnels measured at the same time",
            DefaultValueFactory = _ => 8,
        };
        Command command = new("validate", "Real tunnels over the simulator's path, beside what the simulator predicts.")
        {
            points, quick, runs, seeds, parallel,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            bool isQuick = parsed.GetValue(quick);
            string[] texts = [.. (parsed.GetValue(points) ?? []).SelectMany(text => text.Split(','))];
            if (texts.Length == 0)
                texts = [.. isQuick ? LinkPoint.Few : LinkPoint.Standard.Concat(LinkPoint.Different)];
            LinkPoint?[] read = [.. texts.Select(LinkPoint.TryParse)];
            int wrong = Array.IndexOf(read, null);
            if (wrong >= 0)
            {
                await Console.Error.WriteLineAsync($"--points {texts[wrong]}: write {LinkPoint.Syntax}");
                return 2;
            }

            return await RunAsync(
                new ValidateSettings
                {
                    Points = read!,
                    Runs = isQuick ? 2 : parsed.GetRequiredValue(runs),
                    Seeds = parsed.GetRequiredValue(seeds),
                    Parallel = parsed.GetRequiredValue(parallel),
                    BulkSeconds = isQuick ? 5 : 10,
                    Echoes = isQuick ? 200 : 400,
                    Implementations = [Implementation.GoNew, Implementation.Ours],
                },
                cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(ValidateSettings settings, CancellationToken cancellation)
    {
        IEnumerable<Pair> pairs = settings.Implementations.Select(end => new Pair(end, end));
        if (await PairOption.FindMissingAsync(pairs) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        IReadOnlyList<PointResult> results = await new Validation(settings).RunAsync(cancellation);
        ValidateReport report = new(settings, results);
        ReportFiles.Write("validate", report.ToMarkdown(), report.ToJson());
        return 0;
    }
}
