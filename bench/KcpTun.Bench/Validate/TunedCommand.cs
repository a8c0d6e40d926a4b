using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KcpTun.Bench.Reports;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary><c>tuned</c>: whether the command lines of <c>kcptun-sim tune</c> do what it promised.</summary>
internal static class TunedCommand
{
    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "What kcptun-sim tune --json FILE has written" };
        Option<int> runs = CountOption.Create("--runs", 3, 1, "Runs of each workload");
        Command command = new(
            "tuned", "The command lines of kcptun-sim tune, with real programs over the same path in real time.")
        {
            file, runs,
        };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetRequiredValue(file), parsed.GetRequiredValue(runs), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string file, int runs, CancellationToken cancellation)
    {
        TunedSetup setup;
        try
        {
            setup = TunedSetup.Parse(await File.ReadAllTextAsync(file, cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            await Console.Error.WriteLineAsync($"{file}: {e.Message}; it is what kcptun-sim tune --json FILE writes");
            return ExitCodes.Usage;
        }

        if (await PairOption.FindMissingAsync([setup.Tunnel.Ends]) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return ExitCodes.Failure;
        }

        try
        {
            var figures = new List<RunFigures>();
            foreach (WorkloadSpec workload in setup.Workloads)
            {
                for (int run = 1; run <= runs; run++)
                {
                    RealRun real = await RealRun.ExecuteAsync(setup.Tunnel, workload, (ulong)run, cancellation);
                    string figuresOfRun = Describe(real.Figures);
                    await Console.Error.WriteLineAsync($"{workload.Text}, run {run} of {runs}: {figuresOfRun}");
                    figures.Add(real.Figures);
                }
            }

            ReportFiles.Write("tuned", ToMarkdown(setup, figures, runs), JsonSerializer.SerializeToElement(figures));
            return ExitCodes.Ok;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.Incomplete;
        }
    }

    /// <summary>The promise beside the medians of the runs.</summary>
    internal static string ToMarkdown(TunedSetup setup, IReadOnlyList<RunFigures> figures, int runs)
    {
        var text = new StringBuilder();
        string link = string.Join(' ', setup.Tunnel.Link.Select(option => $"--{option.Key} {option.Value}"));
        text.Append(CultureInfo.InvariantCulture, $"{setup.Promise.Name} on {link}, {setup.Tunnel.Ends}; ");
        text.Append(CultureInfo.InvariantCulture, $"medians of {runs} runs over `kcptun-sim relay`.\n\n");
        text.Append("| | promised | real |\n|---|---:|---:|\n");
        Add("goodput, MB/s", setup.Promise.GoodputMBps, one => one.Goodput / 1e6, "0.00");
        Add("p50, ms", setup.Promise.LatencyMs.P50, one => one.P50, "0");
        Add("p95, ms", setup.Promise.LatencyMs.P95, one => one.P95, "0");
        Add("p99, ms", setup.Promise.LatencyMs.P99, one => one.P99, "0");
        return text.ToString();

        void Add(string name, double? promise, Func<RunFigures, double?> read, string format)
        {
            double[] real = [.. figures.Select(read).OfType<double>()];
            if (promise is not { } promised || real.Length == 0)
                return;
            string promisedText = promised.ToString(format, CultureInfo.InvariantCulture);
            string realText = Statistics.Median(real).ToString(format, CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {promisedText} | {realText} |\n");
        }
    }

    private static string Describe(RunFigures figures) => figures.Goodput is { } goodput
        ? string.Create(CultureInfo.InvariantCulture, $"{goodput / 1e6:0.00} MB/s")
        : string.Create(CultureInfo.InvariantCulture, $"{figures.P50:0} / {figures.P95:0} / {figures.P99:0} ms");
}
