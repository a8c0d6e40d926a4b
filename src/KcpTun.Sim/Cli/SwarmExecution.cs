using System.Collections;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Swarm;

namespace KcpTun.Sim.Cli;

/// <summary>
/// Executes the seeds of a swarm on several threads and tells what came of them in the order of seeds, so that nothing
/// depends on the number of threads.
/// </summary>
internal sealed class SwarmExecution(SimEnvironment environment, SwarmRequest request)
{
    /// <summary>Rule of a run that two executions of one plan break.</summary>
    public const string DeterminismRule = "DET";

    private readonly SwarmPlans _plans = new(request);
    private readonly Dictionary<int, RunResult> _early = [];

    /// <summary>Seeds told.</summary>
    public int Done { get; private set; }

    /// <summary>Those of them that were executed twice.</summary>
    public int Twice { get; private set; }

    /// <summary>Whether the budget ended before the seeds did.</summary>
    public bool IsOutOfTime { get; private set; }

    /// <param name="threads">How many.</param>
    /// <param name="tell">Takes each seed's outcome, in order; false ends it all.</param>
    /// <param name="progress">Told how far it is, by the caller's thread.</param>
    /// <exception cref="RunFailedException">A run threw.</exception>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public void Run(int threads, Func<SwarmOutcome, bool> tell, Action<RunProgress> progress)
    {
        TimeSpan start = environment.Clock();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(environment.Interrupt);
        RunPool<SimPlan, RunResult> pool = new(plan => Execute(environment, plan, IsTwice(plan.Seed)), threads);
        try
        {
            pool.Execute(_plans, Finished, Waiting, stop.Token);
        }
        catch (RunFailedException failed)
        {
            failed.Command = request.CommandOf(request.CaseAt(failed.Index));
            throw;
        }
        catch (OperationCanceledException) when (!environment.Interrupt.IsCancellationRequested)
        {
        }

        void Finished(int index, RunResult result)
        {
            _early.Add(index, result);
            while (!stop.IsCancellationRequested && _early.Remove(Done, out RunResult? next))
            {
                SwarmCase swarmCase = request.CaseAt(Done++);
                Twice += IsTwice(swarmCase.Seed) ? 1 : 0;
                if (!tell(new SwarmOutcome(swarmCase, next.TraceHash, next.SimulatedTime, next.Failure)))
                    stop.Cancel();
            }
        }

        void Waiting()
        {
            progress(new RunProgress(Done, request.Count));
            if (environment.Clock() - start < request.Budget.GetValueOrDefault(TimeSpan.MaxValue))
                return;
            IsOutOfTime = Done < request.Count;
            stop.Cancel();
        }
    }

    /// <summary>Executes a plan, or executes it twice and compares.</summary>
    public static RunResult Execute(SimEnvironment environment, SimPlan plan, bool isTwice)
    {
        RunResult result = environment.Execute(plan, null);
        if (!isTwice)
            return result;
        string again = environment.Execute(plan, null).TraceHash;
        return again == result.TraceHash
            ? result
            : result with { Failure = $"{DeterminismRule}: trace hash {result.TraceHash}, and then {again}" };
    }

    private bool IsTwice(ulong seed) => new RandomStream(seed, "swarm.twice").At(0, 100) < request.CheckPercent;

    /// <summary>Plans that are drawn when they are asked for.</summary>
    private sealed class SwarmPlans(SwarmRequest request) : IReadOnlyList<SimPlan>
    {
        public int Count => request.Count;

        public SimPlan this[int index] => request.CaseAt(index).TryPlan(out SimPlan? plan, out string? error)
            ? plan!
            : throw new InvalidOperationException($"the seed draws no valid case: {error}");

        public IEnumerator<SimPlan> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
