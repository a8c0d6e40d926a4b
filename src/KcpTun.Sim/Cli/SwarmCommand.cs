using System.CommandLine;
using System.Globalization;
using KcpTun.Sim.Running;
using KcpTun.Sim.Swarm;

namespace KcpTun.Sim.Cli;

/// <summary><c>kcptun-sim swarm</c>: random settings and random faults, until an invariant breaks.</summary>
public sealed class SwarmCommand : ISimCommand
{
    private const int DefaultSeeds = 1000;
    private const int MaxSeeds = 100_000_000;
    private const int DefaultCheckPercent = 5;

    private const string Details =
        """
        Every seed draws settings for each end, faults of path and machines, and workloads. The faults last a few
        seconds; then the path heals, and everything has to finish, a new stream has to work, and an idle tunnel has to
        be quiet. Invariants are checked all the while. A failure is made small and printed with the command that
        repeats it.

        Ends with 0 if nothing was found; 127 if a run threw; 128 if something did not finish (rules LIV); 129 if
        something was wrong (all other rules); 131 if two executions of a seed differed. With several findings, the
        one of the lowest seed decides.
        """;

    private readonly Option<string?> _seed = new("--seed") { HelpName = "N", Description = "first seed [1]" };
    private readonly Option<string?> _seeds = new("--seeds")
    {
        HelpName = "N",
        Description = $"number of seeds [{DefaultSeeds}; 1 with --case; no end with --budget]",
    };

    private readonly Option<string?> _case =
        new("--case") { HelpName = "ITEMS", Description = "this case instead of what the seed draws" };

    private readonly Option<string?> _budget =
        new("--budget") { HelpName = "TIME", Description = "begins no seed after so much real time, as in 10m" };

    private readonly Option<string?> _check = new("--check-determinism")
    {
        HelpName = "PERCENT",
        Description = $"so many of the seeds are executed twice and compared [{DefaultCheckPercent}]",
    };

    private readonly Option<bool> _noShrink = new("--no-shrink") { Description = "print failing cases as drawn" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "print every case and its trace hash" };
    private readonly Option<bool> _canary = new("--canary")
    {
        Description = "run cases that have to fail, and end with 0 only if every one was found",
    };

    private readonly Option<string?> _jobs = RunCommand.JobsOption();

    public Command Create(SimEnvironment environment)
    {
        DetailedCommand command = new("swarm", "look for defects with random settings and faults", Details);
        foreach (Option option in new Option[]
        {
            _seed, _seeds, _case, _budget, _check, _noShrink, _verbose, _canary, _jobs,
        })
        {
            command.Add(option);
        }

        command.SetAction(parsed => parsed.GetValue(_canary)
            ? SwarmCanary.Run(environment)
            : Run(environment, Read(parsed), RunCommand.Threads(environment, parsed.GetValue(_jobs))));
        return command;
    }

    private SwarmRequest Read(ParseResult parsed)
    {
        ulong first = parsed.GetValue(_seed) is { } seed ? OptionText.Seed(_seed.Name, seed) : 1;
        TimeSpan? budget = parsed.GetValue(_budget) is { } time ? OptionText.Time(_budget.Name, time) : null;
        string? text = parsed.GetValue(_case);
        int usual = text is not null ? 1 : budget is not null ? MaxSeeds : DefaultSeeds;
        int count = parsed.GetValue(_seeds) is { } seeds ? OptionText.Integer(_seeds.Name, seeds, MaxSeeds) : usual;
        if (first > ulong.MaxValue - (ulong)count)
            throw CommandException.Usage($"--seed {first}: too large for {count} seeds");
        SwarmCase? only = null;
        if (text is not null && !SwarmCase.TryParse(first, text, out only, out string? error))
            throw CommandException.Usage(error!);
        return new SwarmRequest(first, count)
        {
            Items = only?.Items,
            CheckPercent = parsed.GetValue(_check) is { } percent ? Percent(percent) : DefaultCheckPercent,
            Budget = budget,
            Shrinks = !parsed.GetValue(_noShrink),
            IsVerbose = parsed.GetValue(_verbose),
        };
    }

    private static int Percent(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int percent) && percent <= 100
            ? percent
            : throw CommandException.Usage($"--check-determinism {text}: write a whole number from 0 to 100");

    private static int Run(SimEnvironment environment, SwarmRequest request, int threads)
    {
        SwarmExecution execution = new(environment, request);
        SwarmFindings findings = new(environment, request);
        TimeSpan start = environment.Clock();
        bool isInterrupted = false;
        try
        {
            PoolGuard.Watch(environment, () => ProgressLine.Show(
                environment,
                progress => execution.Run(threads, findings.Add, progress)));
        }
        catch (RunFailedException defect)
        {
            environment.Say($"a run threw: {defect.Message.ReplaceLineEndings(" ")}: {defect.Command}");
            return ExitCodes.Crash;
        }
        catch (OperationCanceledException)
        {
            isInterrupted = true;
        }

        findings.Report(execution, environment.Clock() - start);
        return findings.Status ?? (isInterrupted ? throw new OperationCanceledException() : ExitCodes.Ok);
    }
}
