using KcpTun.Sim.Running;

namespace KcpTun.Sim.Sweeps;

/// <summary>What one cell found.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Result">Its runs; those that are missing are left out, with all others of their seed.</param>
public sealed record CellResult(SweepCell Cell, VariantResult Result)
{
    /// <summary>The command that repeats the cell.</summary>
    public string Command => Cell.Plan.ReproduceCommand(Cell.Variant);
}

/// <summary>The results of a sweep, or of what of it is there.</summary>
public sealed class SweepResult
{
    private readonly Dictionary<string, CellResult> _byName;

    /// <param name="plan">The sweep.</param>
    /// <param name="owns">Which cells are wanted.</param>
    /// <param name="results">Runs by id.</param>
    internal SweepResult(
        SweepPlan plan, Func<SweepCell, bool> owns, IReadOnlyDictionary<string, RunResult> results)
    {
        Plan = plan;
        List<CellResult> cells = [];
        foreach (SweepCell cell in plan.Cells.Where(owns))
        {
            if (Collect(cell, results) is { Count: > 0 } runs)
                cells.Add(new CellResult(cell, new VariantResult(cell.Variant, runs)));
        }

        Cells = cells;
        _byName = cells.ToDictionary(cell => cell.Cell.Name);
    }

    public SweepPlan Plan { get; }

    /// <summary>Cells with results, in order.</summary>
    public IReadOnlyList<CellResult> Cells { get; }

    /// <summary>Runs of the wanted cells that there is no result of.</summary>
    public int Missing { get; private set; }

    public bool IsComplete => Cells.All(cell => cell.Result.IsComplete);

    /// <summary>Hash over the hashes of all runs, in order; 32 hexadecimal digits.</summary>
    public string TraceHash => ExperimentResult.HashOf(
        Cells.SelectMany(cell => cell.Result.All.Runs.Select(run => run.Result.TraceHash)));

    /// <summary>The cell a cell is compared with; null if it has no results or is the cell itself.</summary>
    public CellResult? BaselineOf(CellResult cell, SweepBaseline baseline)
    {
        string name = baseline.NameFor(cell.Cell);
        return name == cell.Cell.Name ? null : _byName.GetValueOrDefault(name);
    }

    private List<FinishedRun> Collect(SweepCell cell, IReadOnlyDictionary<string, RunResult> results)
    {
        List<FinishedRun> runs = [];
        HashSet<ulong> partial = [];
        foreach (SweepRun run in SweepRun.Of(cell))
        {
            if (results.TryGetValue(run.Id, out RunResult? result))
            {
                runs.Add(new FinishedRun(run.Plan, result));
                continue;
            }

            Missing++;
            partial.Add(run.Plan.Seed);
        }

        runs.RemoveAll(run => partial.Contains(run.Plan.Seed));
        return runs;
    }
}
