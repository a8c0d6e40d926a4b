using System.CommandLine;
using System.Text.Json;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>
/// <c>kcptun-sim replay</c>: runs again what a JSON result or a recording says, and compares to the bit.
/// </summary>
public sealed class ReplayCommand : ISimCommand
{
    private readonly Option<string?> _jobs = RunCommand.JobsOption();

    public Command Create(SimEnvironment environment)
    {
        Command command = new("replay", "run again what a file of run --json or run --record says, and compare");
        Argument<string> file = new("FILE") { Description = "what run --json FILE or run --record FILE wrote" };
        command.Add(file);
        command.Add(_jobs);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            RunPool<SimPlan, RunResult> pool = RunCommand.Pool(environment, parsed.GetValue(_jobs));
            if (RecordingReplay.IsRecording(path))
                return RecordingReplay.Run(environment, path);
            ExperimentJson earlier = Read(path);
            if (earlier.Engine != environment.Version)
            {
                throw CommandException.Usage(
                    $"{path}: a result of engine {earlier.Engine}, but this is {environment.Version}");
            }

            PlanOptions options = new(new Command("run"));
            ExperimentPlan plan = RunCommand.Plan(environment, options.ReadWords(earlier.Plan.Arguments, path));
            return Compare(environment, earlier, RunCommand.Run(environment, plan, pool));
        });
        return command;
    }

    private static int Compare(SimEnvironment environment, ExperimentJson earlier, ExperimentResult now)
    {
        if (now.TraceHash == earlier.TraceHash)
        {
            environment.Output.Write($"the same to the bit: trace hash {now.TraceHash}\n");
            return ExitCodes.Ok;
        }

        environment.Say($"trace hash {earlier.TraceHash} is now {now.TraceHash}");
        foreach ((VariantJson before, VariantResult after) in earlier.Variants.Zip(now.Variants))
        {
            foreach ((string hash, FinishedRun run) in before.TraceHashes.Zip(after.All.Runs))
            {
                if (hash == run.Result.TraceHash)
                    continue;
                string command = now.Plan.ReproduceCommand(after.Variant, run.Plan.Workload, run.Plan.Seed);
                environment.Say($"the first run that differs: {command}");
                return ExitCodes.Assertion;
            }
        }

        return ExitCodes.Assertion;
    }

    private static ExperimentJson Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), SimJsonContext.Default.ExperimentJson)
                is { Engine: not null, Plan.Arguments: not null, Variants: not null } result
                ? result
                : throw CommandException.Usage($"{path}: not a result of run --json");
        }
        catch (JsonException)
        {
            throw CommandException.Usage($"{path}: not a result of run --json");
        }
        catch (Exception failure) when (OutputFiles.IsFileError(failure))
        {
            throw CommandException.Usage(OutputFiles.Describe(path, failure));
        }
    }
}
