using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Conform.Running;

/// <summary>Runs cases on subjects, several at a time; every case has its subject for itself.</summary>
internal sealed class SuiteRunner(IReadOnlyList<ISubject> subjects, int jobs)
{
    /// <summary>Cases in real time mostly wait, so that more of them run at once than there are cores.</summary>
    private const int LiveJobsPerCore = 4;

    /// <summary>Told of every result with the numbers of its case and its subject, one call at a time.</summary>
    public Action<int, int, CaseResult>? Finished { get; init; }

    /// <summary>Told how far it is, again and again, by the thread that waits.</summary>
    public Action<RunProgress>? Waiting { get; init; }

    /// <summary>
    /// Whether the runner can tell: what nobody passes must fail, and what needs what nobody has must be unsupported. A
    /// subject that does not start is found here, before all the cases.
    /// </summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Prove()
    {
        foreach (ISubject subject in subjects)
        {
            foreach (ConformanceScript proof in CaseCatalog.Proofs)
            {
                bool isForNobody = proof.Header.Needs.Count > 0 || !subject.Plays(proof.Header.Role);
                Verdict wanted = isForNobody ? Verdict.Unsupported : Verdict.Fail;
                CaseResult result = CaseRunner.Run(proof, subject);
                if (result.Verdict == Verdict.Error)
                    return $"{subject.Name}: {result.Reason}";
                if (result.Verdict != wanted)
                {
                    string what = $"{proof.Header.Id} on {subject.Name} must be {wanted} and is {result.Verdict}";
                    return $"the runner cannot be trusted: {what}: {result.Reason}";
                }
            }
        }

        return null;
    }

    /// <summary>Runs everything.</summary>
    /// <returns>For each case, one result for each subject.</returns>
    /// <exception cref="RunFailedException">The harness itself failed.</exception>
    /// <exception cref="OperationCanceledException">Interrupted; what has finished was told.</exception>
    public IReadOnlyList<SuiteRow> Run(IReadOnlyList<ConformanceScript> cases, CancellationToken interrupt)
    {
        var results = new CaseResult[cases.Count][];
        for (int i = 0; i < results.Length; i++)
            results[i] = new CaseResult[subjects.Count];
        int done = 0;
        foreach (bool isExact in new[] { true, false })
        {
            (int Case, int Subject)[] work =
            [
                .. from i in Enumerable.Range(0, cases.Count)
                   from j in Enumerable.Range(0, subjects.Count)
                   where subjects[j].IsExact == isExact
                   select (i, j),
            ];
            RunPool<(int Case, int Subject), CaseResult> pool = new(
                next => CaseRunner.Run(cases[next.Case], subjects[next.Subject]),
                isExact ? jobs : jobs * LiveJobsPerCore);
            try
            {
                pool.Execute(work, Take, Wait, interrupt);
            }
            catch (RunFailedException failed)
            {
                (int one, int subject) = work[failed.Index];
                failed.Command = $"{cases[one].Header.Id} on {subjects[subject].Name}";
                throw;
            }

            void Take(int index, CaseResult result)
            {
                (int one, int subject) = work[index];
                results[one][subject] = result;
                done++;
                Finished?.Invoke(one, subject, result);
            }
        }

        return [.. cases.Select((one, i) => new SuiteRow(one, results[i]))];

        void Wait() => Waiting?.Invoke(new RunProgress(done, cases.Count * subjects.Count));
    }
}
