using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Tuning;

/// <summary>A setting on a path, and what is known of it so far; each further seed says more.</summary>
/// <param name="candidate">The setting.</param>
/// <param name="plan">One variant under as many seeds as can ever be asked for.</param>
/// <param name="order">Its place among all; decides where two are equal.</param>
internal sealed class Trial(Candidate candidate, ExperimentPlan plan, int order)
{
    private readonly SortedDictionary<(int Workload, ulong Seed), FinishedRun> _runs = [];

    public Candidate Candidate => candidate;

    public ExperimentPlan Plan => plan;

    public int Order => order;

    /// <summary>Seeds that have run.</summary>
    public int Seeds { get; private set; }

    /// <summary>What the runs so far say.</summary>
    public VariantResult Result { get; private set; } = null!;

    public TuneFigures Figures { get; private set; }

    public bool IsComplete => Result.IsComplete;

    /// <summary>What has still to run for so many seeds, each with its place.</summary>
    public IEnumerable<(int Workload, SimPlan Plan)> Missing(int seeds)
    {
        ulong end = plan.Arguments.FirstSeed + (ulong)seeds;
        foreach (SimPlan run in plan.Runs())
        {
            int workload = plan.Workloads.ToList().IndexOf(run.Workload);
            if (run.Seed < end && !_runs.ContainsKey((workload, run.Seed)))
                yield return (workload, run);
        }
    }

    public void Add(int workload, SimPlan run, RunResult result) =>
        _runs.Add((workload, run.Seed), new FinishedRun(run, result));

    /// <summary>Everything for so many seeds is there.</summary>
    public void Conclude(int seeds)
    {
        Seeds = seeds;
        Result = new VariantResult(plan.Variants[0], [.. _runs.Values]);
        Figures = TuneFigures.Of(Result);
    }

    /// <summary>The command that computes its figures again.</summary>
    public string Command() =>
        (plan with { Arguments = plan.Arguments with { Seeds = Seeds } }).ReproduceCommand();
}
