using System.CommandLine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Sweeps;

namespace KcpTun.Sim.Cli;

/// <summary><c>kcptun-sim merge</c>: the parts of a sweep in one file, each run once and in order.</summary>
public sealed class MergeCommand : ISimCommand
{
    private readonly Argument<string[]> _directories = new("DIR")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "directories of one and the same sweep",
    };

    private readonly Option<string?> _out =
        new("--out") { HelpName = "FILE", Description = "write all runs, a line each, in the sweep's order" };

    public Command Create(SimEnvironment environment)
    {
        Command command = new("merge", "put the results of shards together, with the sweep's table and assertions");
        SweepReport report = new(command);
        command.Add(_directories);
        command.Add(_out);
        command.SetAction(parsed =>
        {
            (SweepHeader header, Dictionary<string, RunResult> results) = Read(parsed.GetValue(_directories) ?? []);
            if (header.Engine != environment.Version)
            {
                throw CommandException.Usage(
                    $"results of engine {header.Engine}, but this is {environment.Version}: merge them with theirs");
            }

            SweepPlan plan = PlanOf(environment, header);
            SweepReport.Settings settings = report.Read(parsed, plan);
            SweepResult result = new(plan, _ => true, results);
            if (parsed.GetValue(_out) is { } path)
                OutputFiles.Guard("--out", path, () => Write(path, header, plan, results));
            return SweepReport.Write(environment, result, settings);
        });
        return command;
    }

    private static (SweepHeader Header, Dictionary<string, RunResult> Results) Read(string[] directories)
    {
        SweepHeader? header = null;
        Dictionary<string, RunResult> all = [];
        foreach (string directory in directories)
        {
            (SweepHeader found, Dictionary<string, RunResult> results) =
                SweepCommand.Guard(directory, () => ResultStore.Read(directory));
            header ??= found;
            if (found.Engine != header.Engine || found.Plan != header.Plan)
            {
                string what = found.Engine != header.Engine ? $"engine {found.Engine}" : "another sweep";
                throw CommandException.Usage($"{directory}: results of {what} than in {directories[0]}");
            }

            foreach ((string id, RunResult result) in results)
            {
                SweepCommand.Guard(directory, () =>
                {
                    ResultStore.Add(all, id, result, directory);
                    return true;
                });
            }
        }

        return (header!, all);
    }

    private static SweepPlan PlanOf(SimEnvironment environment, SweepHeader header)
    {
        PlanOptions options = new(new Command("sweep"));
        PlanArguments arguments = options.ReadRawWords(header.Arguments, "the results' own command line");
        SweepPlan plan = SweepCommand.Plan(environment with { Error = TextWriter.Null }, arguments);
        return plan.Id == header.Plan
            ? plan
            : throw CommandException.Usage("the results' own command line describes another sweep than their head");
    }

    private static void Write(
        string path, SweepHeader header, SweepPlan plan, Dictionary<string, RunResult> results)
    {
        using FileStream file = File.Create(path);
        foreach (SweepRun run in plan.Cells.SelectMany(SweepRun.Of))
        {
            if (!results.TryGetValue(run.Id, out RunResult? result))
                continue;
            SweepRecord record = new(
                header.Engine, header.Plan, run.Id, run.Cell.Name, run.Workload.Text, run.Command, result);
            file.Write(record.ToLine());
            file.Write("\n"u8);
        }
    }
}
