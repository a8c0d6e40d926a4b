using KcpTun.Sim.Conform.Reports;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Sim.Cli;

/// <summary>Runs the cases and says on the console what came of them.</summary>
internal sealed class ConformExecution(
    SimEnvironment environment, IReadOnlyList<ISubject> subjects, int jobs, bool isVerbose)
{
    private readonly SortedDictionary<(int Case, int Subject), CaseResult> _findings = [];

    /// <summary>Shows how far it is, then the findings in the order of the cases, then the counts.</summary>
    /// <exception cref="CommandException">
    /// The runner does not pass its own proof, or a subject does not start.
    /// </exception>
    /// <exception cref="OperationCanceledException">Interrupted; what had been found is printed.</exception>
    public SuiteResult Run(IReadOnlyList<ConformanceScript> cases)
    {
        TimeSpan begin = environment.Clock();
        DateTimeOffset started = DateTimeOffset.UtcNow;
        if (new SuiteRunner(subjects, jobs).Prove() is { } broken)
            throw new CommandException(ExitCodes.Failure, broken.ReplaceLineEndings(" "));
        IReadOnlyList<SuiteRow> rows = [];
        try
        {
            ProgressLine.Show(environment, progress =>
            {
                SuiteRunner runner = new(subjects, jobs) { Finished = Keep, Waiting = progress };
                rows = runner.Run(cases, environment.Interrupt);
            });
        }
        finally
        {
            foreach (((int one, int subject), CaseResult result) in _findings)
                Report(cases[one], subjects[subject], result);
        }

        IReadOnlyList<SuiteSubject> columns =
            [.. subjects.Select(subject => new SuiteSubject(subject.Name, subject.Version, subject.IsExact))];
        SuiteResult suite = new(environment.Version, started, environment.Clock() - begin, columns, rows);
        Summarise(suite);
        return suite;
    }

    private void Keep(int one, int subject, CaseResult result)
    {
        if (isVerbose || IsFinding(result))
            _findings.Add((one, subject), result);
    }

    private static bool IsFinding(CaseResult result) =>
        result.Verdict is not (Verdict.Pass or Verdict.Info or Verdict.Unsupported);

    private void Report(ConformanceScript script, ISubject subject, CaseResult result)
    {
        string reason = result.Reason.Length > 0 ? $": {result.Reason}" : "";
        environment.Output.Write($"{VerdictText.Of(result.Verdict)} {script.Header.Id} {subject.Name}{reason}\n");
        if (IsFinding(result) && result.Last?.Actual is { } actual)
            environment.Output.Write($"    {actual}\n");
    }

    /// <summary>Prints the counts: one row for each subject.</summary>
    private void Summarise(SuiteResult result)
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
}
