using System.CommandLine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary><c>kcptun-sim run</c>: compares variants over one path and prints one table.</summary>
/// <param name="outputs">Further forms of the result.</param>
public sealed class RunCommand(IReadOnlyList<IExperimentOutput> outputs) : ISimCommand
{
    private const string Description = "compare settings of kcptun over one path (the default command)";

    private readonly Option<string?> _jobs = JobsOption();
    private readonly Option<string?> _json =
        new("--json") { HelpName = "FILE", Description = "write one JSON object; - is standard output, alone" };

    private readonly Option<string?> _csv =
        new("--csv") { HelpName = "FILE", Description = "write a line for each variant; - is standard output, alone" };

    private readonly Option<string?> _preset =
        new("--preset") { HelpName = "NAME", Description = "a known benchmark instead: kcp-benchmark" };

    public Command Create(SimEnvironment environment)
    {
        Command command = new("run", Description);
        PlanOptions planOptions = new(command);
        command.Add(_preset);
        command.Add(_jobs);
        command.Add(_json);
        command.Add(_csv);
        List<(Option<string?> Option, IExperimentOutput Output)> others = [];
        foreach (IExperimentOutput output in outputs)
        {
            Option<string?> option = new(output.Option) { HelpName = "FILE", Description = output.Help };
            others.Add((option, output));
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            if (parsed.GetValue(_preset) is { } preset)
            {
                bool hasSeeds = parsed.GetResult("--seeds") is not null;
                KcpBenchmarkReport.Write(environment, preset, planOptions.Read(parsed), hasSeeds);
                return ExitCodes.Ok;
            }

            ExperimentPlan plan = Plan(environment, planOptions.Read(parsed));
            (IExperimentOutput Output, string Path)[] wanted =
            [
                .. others.Select(other => (other.Output, Path: parsed.GetValue(other.Option)!))
                    .Where(other => other.Path is not null),
            ];
            foreach ((IExperimentOutput output, string path) in wanted)
            {
                OutputFiles.RefuseStandardOutput(output.Option, path);
                OutputFiles.RequireFolder(output.Option, path);
                output.Check(path, plan);
            }

            ExperimentResult result = Execute(environment, parsed, plan);
            foreach ((IExperimentOutput output, string path) in wanted)
                OutputFiles.Guard(output.Option, path, () => output.Write(environment, path, result));
            return result.IsComplete ? ExitCodes.Ok : ExitCodes.Incomplete;
        });
        return command;
    }

    /// <summary><c>--jobs</c>.</summary>
    internal static Option<string?> JobsOption() =>
        new("--jobs") { HelpName = "N", Description = "runs at once [all cores]; results do not depend on it" };

    /// <summary>The threads that <c>--jobs</c> asks for.</summary>
    internal static RunPool<SimPlan, RunResult> Pool(SimEnvironment environment, string? jobs) =>
        new(plan => environment.Execute(plan, null), Threads(environment, jobs));

    /// <summary>How many threads <c>--jobs</c> asks for.</summary>
    internal static int Threads(SimEnvironment environment, string? jobs) => jobs is null
        ? Math.Clamp(environment.Cores, 1, OptionText.MaxJobs)
        : OptionText.Integer("--jobs", jobs, OptionText.MaxJobs);

    /// <summary>The plan, with its warnings said.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    internal static ExperimentPlan Plan(SimEnvironment environment, PlanArguments arguments)
    {
        if (!PlanBuilder.TryBuild(
            arguments, out ExperimentPlan? plan, out IReadOnlyList<string> warnings, out string? error))
        {
            throw CommandException.Usage(error!);
        }

        foreach (string warning in warnings)
            environment.Say($"warning: {warning}");
        return plan!;
    }

    /// <summary>Runs a plan behind a progress bar.</summary>
    internal static ExperimentResult Run(
        SimEnvironment environment, ExperimentPlan plan, RunPool<SimPlan, RunResult> pool)
    {
        ExperimentResult? result = null;
        PoolGuard.Watch(environment, () => ProgressLine.Show(
            environment,
            progress => result = Experiment.Run(plan, pool, progress, environment.Interrupt)));
        return result!;
    }

    private ExperimentResult Execute(SimEnvironment environment, ParseResult parsed, ExperimentPlan plan)
    {
        string? json = parsed.GetValue(_json);
        string? csv = parsed.GetValue(_csv);
        if (json == OutputFiles.StandardOutput && csv == OutputFiles.StandardOutput)
            throw CommandException.Usage("--json - and --csv -: only one of them can have standard output");
        foreach (Option<string?> option in new[] { _json, _csv })
        {
            if (parsed.GetValue(option) is { } path)
                OutputFiles.RequireFolder(option.Name, path);
        }

        RunPool<SimPlan, RunResult> pool = Pool(environment, parsed.GetValue(_jobs));
        TimeSpan start = environment.Clock();
        ExperimentResult result = Run(environment, plan, pool);
        TimeSpan wall = environment.Clock() - start;
        if (json is not null)
        {
            string text = ExperimentJson.Of(result, environment.Version, wall).ToText();
            OutputFiles.Write(environment, "--json", json, text);
        }

        if (csv is not null)
            OutputFiles.Write(environment, "--csv", csv, Csv(result));
        if (json != OutputFiles.StandardOutput && csv != OutputFiles.StandardOutput)
            ExperimentTable.Write(environment, result, wall);
        return result;
    }

    private static string Csv(ExperimentResult result)
    {
        CsvText csv = new(["variant"]);
        foreach (VariantResult variant in result.Variants)
            csv.Add([variant.Variant.Name], variant);
        return csv.ToString();
    }
}
