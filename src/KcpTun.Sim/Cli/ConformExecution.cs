using KcpTun.Sim.Conform.Reports;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Sim.Cli;

/// <summary>Runs the cases and says on the console what came of them.</summary>
internal sealed class ConformExecution(
    SimEnvironment environment, IReadOnlyList<ISubject> subjects, int jobs, bool isVerbose)
{
    /// <exception cref="CommandException">The runner does not pass its own proof, or a subject does not start.</exception>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public SuiteResult Run(IReadOnlyList<ConformanceScript> cases)
    {
        TimeSpan begin = environment.Clock();
        DateTimeOffset started = DateTimeOffset.UtcNow;
        SuiteRunner runner = new(subjects, jobs) { Finished = Report };
        if (runner.Prove() is { } broken)
            throw new CommandException(ExitCodes.Failure, broken);
        IReadOnlyList<SuiteRow> rows = runner.Run(cases, environment.Interrupt)
            ?? throw new OperationCanceledException();
        IReadOnlyList<SuiteSubject> columns =
            [.. subjects.Select(subject => new SuiteSubject(subject.Name, subject.Version, subject.IsExact))];
        return new SuiteResult(environment.Version, started, environment.Clock() - begin, columns, rows);
    }

    /// <summary>Prints the counts: one row for each subject.</summary>
    public void Summarise(SuiteResult result)
    {
        Verdict[] verdicts = Enum.GetValues<Verdict>();
        TextTable table = new(["subject", .. verdicts.Select(VerdictText.Of)]);
        for (int i = 0; i < result.Subjects.Count; i++)
        {
            int subject = i;
            table.Add([result.Subjects[i].Name, .. verdicts.Select(verdict => $"{result.Count(subject, verdict)}")]);
        }

        table.Write(environment);
        environment.Output.Write($"{result.Rows.Count} cases in {result.Duration.TotalSeconds:0.0} s\n");
    }

    private void Report(ConformanceScript script, ISubject subject, CaseResult result)
    {
        bool isQuiet = result.Verdict is Verdict.Pass or Verdict.Info or Verdict.Unsupported;
        if (isQuiet && !isVerbose)
            return;
        string reason = result.Reason.Length > 0 ? $": {result.Reason}" : "";
        environment.Output.Write($"{VerdictText.Of(result.Verdict)} {script.Header.Id} {subject.Name}{reason}\n");
        if (result.Last?.Actual is { } actual && !isQuiet)
            environment.Output.Write($"    {actual}\n");
    }
}
