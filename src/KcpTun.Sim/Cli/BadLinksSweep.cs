using KcpTun.Settings;
using KcpTun.Sim.BadLinks;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using ScottPlot;

namespace KcpTun.Sim.Cli;

/// <summary>
/// <c>kcptun-sim bad-links --sweep</c>: what other values of mode auto's parameters reach on the links they are about.
/// </summary>
/// <param name="environment">The world outside.</param>
/// <param name="reader">Reads the links.</param>
/// <param name="seeds">Of each run.</param>
/// <param name="pool">Executes the runs.</param>
internal sealed class BadLinksSweep(
    SimEnvironment environment, PlanOptions reader, int seeds, RunPool<SimPlan, RunResult> pool)
{
    private readonly List<string> _failures = [];

    /// <summary>The parameters and links that are asked for.</summary>
    /// <param name="parameter">A name; null is all.</param>
    /// <param name="only">Part of the names of links.</param>
    /// <exception cref="CommandException">There are none.</exception>
    public static IReadOnlyList<ParameterSweep> Select(string? parameter, string only)
    {
        string[] names = [.. ParameterSweep.All.Select(sweep => sweep.Name)];
        if (parameter is not null && !names.Contains(parameter))
        {
            string hint = NearestName.Hint(parameter, names);
            throw CommandException.Usage(
                $"--parameter {parameter}: no such parameter{hint}; use one of {string.Join(", ", names)}");
        }

        ParameterSweep[] sweeps =
        [
            .. ParameterSweep.All.Where(sweep => parameter is null || sweep.Name == parameter)
                .Select(sweep => sweep with
                {
                    Links = [.. sweep.Links.Where(link => link.Link.Name.Contains(only, StringComparison.Ordinal))],
                })
                .Where(sweep => sweep.Links.Count > 0),
        ];
        return sweeps.Length > 0
            ? sweeps
            : throw CommandException.Usage($"--only {only}: no link of the sweep has such a name");
    }

    /// <summary>Runs them and writes what they found.</summary>
    /// <returns>The exit status.</returns>
    public int Run(IReadOnlyList<ParameterSweep> sweeps, string? markdown, string? plots)
    {
        List<SweptParameter> results = [];
        PoolGuard.Watch(environment, () => ProgressLine.Show(environment, progress =>
        {
            int total = sweeps.Sum(Runs);
            int before = 0;
            foreach (ParameterSweep sweep in sweeps)
            {
                results.Add(Run(sweep, done => progress(new RunProgress(before + done, total))));
                before += Runs(sweep);
            }
        }));
        foreach (string failure in _failures)
            environment.Say(failure);
        Write(results, markdown, plots);
        return _failures.Count == 0 ? ExitCodes.Ok : ExitCodes.Incomplete;
    }

    private int Runs(ParameterSweep sweep) => sweep.Values.Count * sweep.Links.Sum(SeedsOf);

    private int SeedsOf(SweptLink link) => link.HasChance ? seeds : 1;

    private SweptParameter Run(ParameterSweep sweep, Action<int> progress)
    {
        List<SweptMeasure> measures = [];
        int before = 0;
        foreach (SweptLink link in sweep.Links)
        {
            ExperimentPlan plan = BadLinksCommand.Plan(
                environment, reader, link.Link, link.Ends, link.Link.Workload, SeedsOf(link));
            plan = plan with { Variants = sweep.Apply(plan.Variants[0]) };
            ExperimentResult result = Run(sweep, link, plan, done => progress(before + done));
            before += plan.RunCount;
            measures.AddRange(link.Measures.Select(
                measure => SweptMeasure.Of(link, measure, result.Variants, sweep.DefaultIndex)));
            foreach ((int value, VariantResult variant) in sweep.Values.Zip(result.Variants))
            {
                if (!variant.IsComplete)
                    _failures.Add($"{sweep.Name} {value}, {link.Name}: {variant.Failure}");
            }
        }

        return new SweptParameter(sweep, measures);
    }

    private ExperimentResult Run(ParameterSweep sweep, SweptLink link, ExperimentPlan plan, Action<int> progress)
    {
        try
        {
            return Experiment.Run(plan, pool, done => progress(done.Done), environment.Interrupt);
        }
        catch (RunFailedException failed)
        {
            // The command of one run cannot say the value of the parameter.
            failed.Command = $"{CommandOf(sweep)} --only '{link.Link.Name}' --seeds {seeds}";
            throw;
        }
    }

    private void Write(IReadOnlyList<SweptParameter> results, string? markdown, string? plots)
    {
        foreach ((int index, SweptParameter result) in results.Index())
        {
            string table = ParameterSweepTable.Of(result, seeds);
            environment.Output.Write(index == 0 ? table : $"\n{table}");
            if (markdown is not null)
                BadLinksCommand.PutInto(markdown, table, CommandOf(result.Sweep));
        }

        if (plots is null)
            return;
        string file = PlotFile(plots);
        OutputFiles.Guard("--plots", file, () =>
            File.WriteAllBytes(file, ParameterSweepPlot.Render(results)));
    }

    /// <summary>Where the plots go.</summary>
    public static string PlotFile(string prefix) => $"{prefix}-sweeps.png";

    private static string CommandOf(ParameterSweep sweep) =>
        $"kcptun-sim bad-links --sweep --parameter {sweep.Name}";
}
