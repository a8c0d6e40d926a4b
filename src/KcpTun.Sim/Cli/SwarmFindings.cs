using System.Globalization;
using System.IO.Hashing;
using System.Text;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Swarm;
using KcpTun.Sim.Tracing;

namespace KcpTun.Sim.Cli;

/// <summary>What a swarm found, and what it says about it.</summary>
internal sealed class SwarmFindings(SimEnvironment environment, SwarmRequest request)
{
    /// <summary>Failures after which there is nothing more to learn.</summary>
    private const int MaxFailures = 10;

    /// <summary>Executions after which two are taken to be always the same.</summary>
    private const int MaxRepetitions = 20;

    private static readonly TimeSpan s_shrinkTime = TimeSpan.FromSeconds(60);

    private readonly List<SwarmOutcome> _failures = [];
    private readonly XxHash128 _hash = new();
    private readonly StringBuilder _cases = new();
    private long _simulatedTime;

    /// <summary>The exit status of the first failure; null without failures.</summary>
    public int? Status => _failures.Count == 0 ? null : StatusOf(_failures[0].Failure!);

    /// <summary>The exit status that a failure stands for.</summary>
    public static int StatusOf(string failure)
    {
        string rule = Shrinker.RuleOf(failure);
        if (rule == "crash")
            return ExitCodes.Crash;
        if (rule == SwarmExecution.DeterminismRule || failure.Contains("foreign thread", StringComparison.Ordinal))
            return ExitCodes.Nondeterminism;
        bool isLiveness = rule.StartsWith("LIV-", StringComparison.Ordinal)
            || rule.StartsWith("stuck", StringComparison.Ordinal);
        return isLiveness ? ExitCodes.Liveness : ExitCodes.Correctness;
    }

    /// <summary>Takes the outcome of the next seed.</summary>
    /// <returns>Whether another one is wanted.</returns>
    public bool Add(SwarmOutcome outcome)
    {
        _hash.Append(Encoding.ASCII.GetBytes(outcome.TraceHash));
        _simulatedTime += outcome.SimulatedTime;
        if (request.IsVerbose)
            Describe(outcome);
        if (outcome.Failure is not null)
            _failures.Add(outcome);
        return _failures.Count < MaxFailures;
    }

    /// <summary>Prints everything, failures made small.</summary>
    public void Report(SwarmExecution execution, TimeSpan wall)
    {
        environment.Output.Write(_cases);
        foreach (SwarmOutcome failure in _failures)
            environment.Output.Write($"seed {failure.Case.Seed}: {FirstLine(failure.Failure!)}\n");
        foreach (SwarmOutcome failure in _failures.DistinctBy(failure => Shrinker.RuleOf(failure.Failure!)))
            Explain(failure);
        Summarise(execution, wall);
    }

    private void Summarise(SwarmExecution execution, TimeSpan wall)
    {
        string why = _failures.Count == MaxFailures ? "; enough failures, so it ended"
            : execution.IsOutOfTime ? "; the time is over"
            : "";
        double seconds = Math.Max(wall.TotalSeconds, 0.001);
        environment.Output.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{execution.Done} seeds from {request.FirstSeed}, {_failures.Count} failures{why}; {execution.Twice} "
                + $"executed twice; {(double)_simulatedTime / SimTime.Second:F0} virtual s in {seconds:F1} s, "
                + $"{execution.Done / seconds:F1} seeds/s\n"));
        environment.Output.Write($"trace hash {Convert.ToHexStringLower(_hash.GetCurrentHash())}\n");
    }

    private void Describe(SwarmOutcome outcome)
    {
        string result = outcome.Failure is { } failure ? FirstLine(failure) : "ok";
        _cases.Append(CultureInfo.InvariantCulture, $"seed {outcome.Case.Seed}: {outcome.TraceHash} {result}\n");
        foreach (SwarmItem item in outcome.Case.Items)
            _cases.Append(CultureInfo.InvariantCulture, $"  {item}\n");
    }

    private void Explain(SwarmOutcome failure)
    {
        TextWriter output = environment.Output;
        string rule = Shrinker.RuleOf(failure.Failure!);
        if (failure.Failure!.ReplaceLineEndings("\n").Contains('\n', StringComparison.Ordinal))
            output.Write($"{failure.Failure}\n");
        if (rule == SwarmExecution.DeterminismRule)
            Compare(failure);
        SwarmCase smallest = request.Shrinks ? Shrink(failure.Case, rule) : failure.Case;
        int all = failure.Case.Items.Count;
        output.Write(request.Shrinks
            ? $"{rule} needs {smallest.Items.Count} of the {all} items of seed {failure.Case.Seed}:\n"
            : $"{rule} again:\n");
        string command = request.Shrinks ? SwarmRequest.CommandWithItems(smallest) : request.CommandOf(smallest);
        output.Write($"  {command}\n");
    }

    private SwarmCase Shrink(SwarmCase failing, string rule)
    {
        TimeSpan end = environment.Clock() + s_shrinkTime;
        environment.Say($"making the case of seed {failing.Seed} small, for at most {s_shrinkTime.TotalSeconds} s");
        bool isTwice = rule == SwarmExecution.DeterminismRule;
        int smallest = failing.Items.Count + 1;
        return Shrinker.Shrink(
            failing,
            Execute,
            () => environment.Clock() < end && !environment.Interrupt.IsCancellationRequested);

        // A candidate that is no smaller, because all that was to go has to stay, is no progress.
        RunResult? Execute(SwarmCase candidate)
        {
            if (candidate.Items.Count >= smallest || !candidate.TryPlan(out SimPlan? plan, out _))
                return null;
            RunResult result = SwarmExecution.Execute(environment, plan!, isTwice);
            if (result.Failure is { } failure && Shrinker.RuleOf(failure) == rule)
                smallest = candidate.Items.Count;
            return result;
        }
    }

    /// <summary>Looks for two executions that differ, and prints where.</summary>
    private void Compare(SwarmOutcome failure)
    {
        if (!failure.Case.TryPlan(out SimPlan? plan, out _))
            return;
        RunTrace first = new(plan!);
        for (int i = 0; i < MaxRepetitions; i++)
        {
            if (TraceComparison.Find(first, new RunTrace(plan!)) is { } difference)
            {
                environment.Output.Write($"two executions of seed {failure.Case.Seed}: {difference}");
                return;
            }
        }

        environment.Output.Write(
            $"{MaxRepetitions} further executions of seed {failure.Case.Seed} were the same to the bit\n");
    }

    private static string FirstLine(string text) => text.ReplaceLineEndings("\n").Split('\n')[0];
}
