using System.CommandLine;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.BadLinks;
using KcpTun.Sim.Cli;

namespace KcpTun.Bench.Validate;

/// <summary><c>bad-links</c>: the links of docs/bad-links.md in real time, with real programs.</summary>
internal static class LiveLinksCommand
{
    private const string Report = "bad-links";

    public static Command Create()
    {
        Option<int> runs = CountOption.Create("--runs", 3, 1, "Runs of each");
        Option<Pair[]> pairs = PairOption.Create("go-new:go-new", "ours:ours", "ours:go-new");
        Option<string> only = new("--only")
        {
            Description = "Only links whose names contain it",
            DefaultValueFactory = _ => "",
        };
        Command command = new(Report, "Mode auto and Go over the simulator's bad links, in real time.")
        {
            runs, pairs, only,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string text = parsed.GetRequiredValue(only);
            BadLink[] links =
                [.. LiveLinks.Measurable.Where(link => link.Name.Contains(text, StringComparison.Ordinal))];
            if (links.Length == 0)
            {
                string names = string.Join("; ", LiveLinks.Measurable.Select(link => link.Name));
                await Console.Error.WriteLineAsync($"--only {text}: write a part of a link's name, of: {names}");
                return ExitCodes.Usage;
            }

            Pair[] ends = parsed.GetRequiredValue(pairs);
            if (await PairOption.FindMissingAsync(ends) is { } problem)
            {
                await Console.Error.WriteLineAsync(problem);
                return ExitCodes.Failure;
            }

            var live = new LiveLinks(ends, parsed.GetRequiredValue(runs), RealRun.ExecuteAsync, Console.Error);
            return await MeasureAsync(live, links, cancellation);
        });
        return command;
    }

    private static async Task<int> MeasureAsync(
        LiveLinks live, IReadOnlyList<BadLink> links, CancellationToken cancellation)
    {
        try
        {
            foreach (BadLink link in links)
            {
                await live.MeasureAsync(link, cancellation);
                ReportFiles.Save(Report, live.ToMarkdown(), live.ToJson());
            }
        }
        catch (OperationCanceledException)
        {
            ReportFiles.Save(Report, live.ToMarkdown(), live.ToJson());
            await Console.Error.WriteLineAsync($"Interrupted; what has been measured is in {ReportFiles.Folder}.");
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The report cannot be written: {e.Message}");
            Console.WriteLine(live.ToMarkdown());
            return ExitCodes.Failure;
        }

        Console.WriteLine(live.ToMarkdown());
        if (live.Failed == 0)
            return ExitCodes.Ok;
        string file = Path.Combine(ReportFiles.Folder, $"{Report}.json");
        await Console.Error.WriteLineAsync($"Failed runs: {live.Failed}. What their programs printed is in {file}.");
        return ExitCodes.Incomplete;
    }
}
