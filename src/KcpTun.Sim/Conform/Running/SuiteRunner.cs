using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Sim.Conform.Running;

/// <summary>Runs cases on subjects, several at a time; every case has its subject for itself.</summary>
internal sealed class SuiteRunner(IReadOnlyList<ISubject> subjects, int jobs)
{
    /// <summary>Cases in real time mostly wait, so that more of them run at once than there are cores.</summary>
    private const int LiveJobsPerCore = 4;

    private readonly object _gate = new();

    /// <summary>Told of every result, one call at a time.</summary>
    public Action<ConformanceScript, ISubject, CaseResult>? Finished { get; init; }

    /// <summary>Called now and then by the thread that waits: results so far, and all there will be.</summary>
    public Action<int, int>? Waiting { get; init; }

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
    /// <returns>For each case, one result for each subject; null for those that an interrupt prevented.</returns>
    public IReadOnlyList<SuiteRow>? Run(IReadOnlyList<ConformanceScript> cases, CancellationToken interrupt)
    {
        var results = new CaseResult[cases.Count][];
        for (int i = 0; i < results.Length; i++)
            results[i] = new CaseResult[subjects.Count];
        foreach (bool isExact in new[] { true, false })
        {
            List<(int Case, int Subject)> work = [];
            for (int i = 0; i < cases.Count; i++)
            {
                for (int j = 0; j < subjects.Count; j++)
                {
                    if (subjects[j].IsExact == isExact)
                        work.Add((i, j));
                }
            }

            Share(isExact ? jobs : jobs * LiveJobsPerCore, work, next =>
            {
                (ConformanceScript script, ISubject subject) = (cases[next.Case], subjects[next.Subject]);
                CaseResult result = CaseRunner.Run(script, subject);
                results[next.Case][next.Subject] = result;
                lock (_gate)
                    Finished?.Invoke(script, subject, result);
            }, interrupt);
        }

        return interrupt.IsCancellationRequested ? null : [.. cases.Select((one, i) => new SuiteRow(one, results[i]))];
    }

    /// <summary>Threads of its own: a virtual run stays on one from beginning to end.</summary>
    private static void Share<T>(int threads, List<T> work, Action<T> perform, CancellationToken interrupt)
    {
        int next = -1;
        Exception? failure = null;
        var workers = new Thread[Math.Min(threads, work.Count)];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() =>
            {
                try
                {
                    int index;
                    while (!interrupt.IsCancellationRequested && Volatile.Read(ref failure) is null
                        && (index = Interlocked.Increment(ref next)) < work.Count)
                    {
                        perform(work[index]);
                    }
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref failure, e, null);
                }
            });
            workers[i].Start();
        }

        foreach (Thread worker in workers)
            worker.Join();
        if (failure is not null)
            throw new InvalidOperationException($"the harness itself failed: {failure.Message}", failure);
    }
}
