using System.CommandLine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Sweeps;

namespace KcpTun.Sim.Cli;

/// <summary><c>kcptun-sim sweep</c>: an experiment at every point of a grid, resumable and in shards.</summary>
public sealed class SweepCommand : ISimCommand
{
    private const int DefaultShards = 16;

    private const string Details =
        """
        Values: lists a,b,c; ranges 0..40:5; geometric ranges 20ms..320ms*2. A value with commas of its own is taken as
        it is; bars separate such values: --loss 'up=1,down=5|up=5,down=1'. Every cell has the same seeds. Results go
        to --out, a line for each run; the same command again resumes. A shard is also taken from a Slurm array or,
        with --shards, from a Kubernetes Indexed Job.
        """;

    private readonly Option<string?> _jobs = RunCommand.JobsOption();
    private readonly Option<string?> _out =
        new("--out") { HelpName = "DIR", Description = "directory of the results; needed" };

    private readonly Option<string?> _shard =
        new("--shard") { HelpName = "I/N", Description = "do the I-th of N parts, counted from 1" };

    private readonly Option<string?> _shards =
        new("--shards") { HelpName = "N", Description = "how many parts there are, where the environment says which" };

    private readonly Option<string?> _emit =
        new("--emit") { HelpName = "slurm|k8s", Description = $"print a job of --shards parts [{DefaultShards}]" };

    public Command Create(SimEnvironment environment)
    {
        DetailedCommand command = new("sweep", "run a grid: every option may have several values", Details);
        PlanOptions planOptions = new(command);
        SweepReport report = new(command);
        foreach (Option<string?> option in new[] { _out, _jobs, _shard, _shards, _emit })
            command.Add(option);
        command.SetAction(parsed =>
        {
            SweepPlan plan = Plan(environment, planOptions.ReadRaw(parsed));
            SweepReport.Settings settings = report.Read(parsed, plan);
            string directory = parsed.GetValue(_out)
                ?? throw CommandException.Usage("--out is missing: say where the results go, as in --out runs/loss");
            return parsed.GetValue(_emit) is { } system
                ? Emit(environment, parsed, plan, directory, system)
                : Run(environment, parsed, plan, directory, settings);
        });
        return command;
    }

    /// <summary>The grid, with its warnings said.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    internal static SweepPlan Plan(SimEnvironment environment, PlanArguments arguments)
    {
        if (!SweepBuilder.TryBuild(
            arguments, out SweepPlan? plan, out IReadOnlyList<string> warnings, out string? error))
        {
            throw CommandException.Usage(error!);
        }

        foreach (string warning in warnings)
            environment.Say($"warning: {warning}");
        return plan!;
    }

    private int Emit(
        SimEnvironment environment, ParseResult parsed, SweepPlan plan, string directory, string system)
    {
        if (!ClusterScript.Systems.Contains(system))
            throw CommandException.Usage($"--emit {system}: use one of {string.Join(", ", ClusterScript.Systems)}");
        string[] words = [.. plan.Arguments.ToWords(), "--out", directory];
        int shards = Shards(parsed) ?? DefaultShards;
        environment.Output.Write(ClusterScript.Of(system, words, directory, shards, environment.Version));
        return ExitCodes.Ok;
    }

    private int? Shards(ParseResult parsed) => parsed.GetValue(_shards) is { } text
        ? OptionText.Integer("--shards", text, Shard.MaxCount)
        : null;

    private int Run(
        SimEnvironment environment,
        ParseResult parsed,
        SweepPlan plan,
        string directory,
        SweepReport.Settings settings)
    {
        string? wrong = Shard.TryFind(
            parsed.GetValue(_shard), Shards(parsed), environment.Variable, out Shard shard);
        if (wrong is not null)
            throw CommandException.Usage(wrong);
        RunPool<SimPlan, RunResult> pool = RunCommand.Pool(environment, parsed.GetValue(_jobs));
        SweepHeader header = new(environment.Version, plan.Id, [.. plan.Arguments.ToWords()]);
        using ResultStore store = Guard(directory, () => ResultStore.Open(directory, header, shard));
        int known = store.Results.Count;
        if (known > 0)
            environment.Say($"{known} runs are there already");
        try
        {
            Guard(directory, () => PoolGuard.Watch(environment, () => ProgressLine.Show(
                environment,
                progress => SweepRunner.Run(plan, shard, store, pool, progress, environment.Interrupt))));
        }
        catch (OperationCanceledException)
        {
            string kept = $"{store.Results.Count} runs are in {directory}; the same command resumes";
            throw new CommandException(ExitCodes.Interrupted, $"interrupted: {kept}");
        }

        return SweepReport.Write(environment, new SweepResult(plan, shard.Owns, store.Results), settings);
    }

    private static void Guard(string directory, Action action) => Guard(directory, () =>
    {
        action();
        return true;
    });

    /// <summary>What is wrong with a directory, in one line.</summary>
    internal static T Guard<T>(string directory, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (InvalidDataException other)
        {
            throw CommandException.Usage(other.Message);
        }
        catch (Exception failure) when (OutputFiles.IsFileError(failure))
        {
            string reason = OutputFiles.Describe($"--out {directory}", failure);
            throw new CommandException(
                ExitCodes.Failure, $"{reason}; what has finished is kept, and the same command resumes");
        }
    }
}
