using System.CommandLine;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.BadLinks;

namespace KcpTun.Bench.Validate;

/// <summary><c>bad-links</c>: the links of docs/bad-links.md in real time, with real programs.</summary>
internal static class LiveLinksCommand
{
    private const int Failure = 1;
    private const int BadInput = 2;

    public static Command Create()
    {
        Option<int> runs = new("--runs") { Description = "Runs of each", DefaultValueFactory = _ => 3 };
        runs.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() < 1)
                result.AddError("--runs: give a number from 1");
        });
        Option<string> only = new("--only")
        {
            Description = "Only links whose names contain it",
            DefaultValueFactory = _ => "",
        };
        Command command = new("bad-links", "Mode auto and Go over the simulator's bad links, in real time.")
        {
            runs, only,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string text = parsed.GetRequiredValue(only);
            BadLink[] links =
                [.. LiveLinks.Measurable.Where(link => link.Name.Contains(text, StringComparison.Ordinal))];
            if (links.Length == 0)
            {
                await Console.Error.WriteLineAsync($"--only {text}: write a part of the name of a link");
                return BadInput;
            }

            if (await PairOption.FindMissingAsync(LiveLinks.Pairs) is { } problem)
            {
                await Console.Error.WriteLineAsync(problem);
                return Failure;
            }

            var live = new LiveLinks(parsed.GetRequiredValue(runs));
            string table = await live.MeasureAsync(links, cancellation);
            ReportFiles.Write("bad-links", table, live.ToJson());
            return 0;
        });
        return command;
    }
}
