using System.CommandLine;
using KcpTun.Sim.BadLinks;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using ScottPlot;

namespace KcpTun.Sim.Cli;

/// <summary>
/// <c>kcptun-sim bad-links</c>: what stock modes and mode auto reach on links that lose, queue and reorder.
/// </summary>
public sealed class BadLinksCommand : ISimCommand
{
    private const int DefaultSeeds = 20;
    private const int PlotWidth = 1000;
    private const int PlotHeight = 620;

    /// <summary>TCP may take a day for what a tunnel takes seconds for.</summary>
    private const string TcpLimit = "100000s";

    private readonly Option<string?> _seeds = new("--seeds") { HelpName = "N", Description = "how many [20]" };
    private readonly Option<string?> _jobs = RunCommand.JobsOption();
    private readonly Option<string?> _only =
        new("--only") { HelpName = "TEXT", Description = "only links whose names contain it" };

    private readonly Option<string?> _markdown =
        new("--markdown") { HelpName = "FILE", Description = "put the table into this document" };

    private readonly Option<string?> _plots =
        new("--plots") { HelpName = "PREFIX", Description = "write PREFIX-latency.png and PREFIX-goodput.png" };

    private readonly Option<bool> _sweep =
        new("--sweep") { Description = "try other values of mode auto's parameters; plots go to PREFIX-sweeps.png" };

    private readonly Option<string?> _parameter =
        new("--parameter") { HelpName = "NAME", Description = "with --sweep, this one only" };

    public Command Create(SimEnvironment environment)
    {
        Command command = new("bad-links", "what stock modes and mode auto reach on bad links")
        {
            _seeds, _jobs, _only, _markdown, _plots, _sweep, _parameter,
        };
        PlanOptions reader = new(new Command("run"));
        command.SetAction(parsed =>
        {
            int seeds = parsed.GetValue(_seeds) is { } text
                ? OptionText.Integer("--seeds", text, ExperimentPlan.MaxSeeds)
                : DefaultSeeds;
            RunPool<SimPlan, RunResult> pool = RunCommand.Pool(environment, parsed.GetValue(_jobs));
            string only = parsed.GetValue(_only) ?? "";
            if (parsed.GetValue(_sweep))
                return Sweep(parsed, only, new BadLinksSweep(environment, reader, seeds, pool));
            if (parsed.GetValue(_parameter) is { } parameter)
                throw CommandException.Usage($"--parameter {parameter}: it means something with --sweep only");
            BadLink[] links = [.. BadLink.All.Where(link => link.Name.Contains(only, StringComparison.Ordinal))];
            if (links.Length == 0)
                throw CommandException.Usage($"--only {only}: no link has such a name");
            RequireFolders(parsed.GetValue(_markdown), parsed.GetValue(_plots), LatencyFile);
            List<BadLinksRow> rows = [];
            foreach (BadLink link in links)
            {
                environment.Say($"{link.Name}: {rows.Count + 1} of {links.Length}");
                rows.Add(Measure(environment, reader, link, seeds, pool));
            }

            Write(environment, rows, seeds, parsed.GetValue(_markdown), parsed.GetValue(_plots));
            return ExitCodes.Ok;
        });
        return command;
    }

    private int Sweep(ParseResult parsed, string only, BadLinksSweep sweep)
    {
        IReadOnlyList<ParameterSweep> parameters = BadLinksSweep.Select(parsed.GetValue(_parameter), only);
        string? markdown = parsed.GetValue(_markdown);
        string? plots = parsed.GetValue(_plots);
        RequireFolders(markdown, plots, BadLinksSweep.PlotFile);
        return sweep.Run(parameters, markdown, plots);
    }

    /// <summary>The experiment of one link.</summary>
    /// <param name="environment">The world outside.</param>
    /// <param name="reader">Reads the words.</param>
    /// <param name="link">Where.</param>
    /// <param name="variants">Modes and windows, as on the command line.</param>
    /// <param name="workload">What the applications do.</param>
    /// <param name="seeds">How many.</param>
    internal static ExperimentPlan Plan(
        SimEnvironment environment, PlanOptions reader, BadLink link, string variants, string workload, int seeds)
    {
        string[] words = [.. $"{link.Link} {variants} --seeds {seeds} --workload {workload}".Split(' ')];
        return RunCommand.Plan(environment, reader.ReadWords(words, link.Name));
    }

    /// <summary>Puts a table into a document, which need not be there.</summary>
    /// <exception cref="CommandException">The document cannot be read or written.</exception>
    internal static void PutInto(string markdown, string table, string command) =>
        OutputFiles.Guard("--markdown", markdown, () => File.WriteAllText(
            markdown, BadLinksTable.PutInto(File.Exists(markdown) ? File.ReadAllText(markdown) : "", table, command)));

    /// <summary>Before minutes of work, that its results have a place.</summary>
    private static void RequireFolders(string? markdown, string? plots, Func<string, string> plotFile)
    {
        if (markdown is not null)
        {
            OutputFiles.RefuseStandardOutput("--markdown", markdown);
            OutputFiles.RequireFolder("--markdown", markdown);
        }

        if (plots is null)
            return;
        OutputFiles.RefuseStandardOutput("--plots", plots);
        OutputFiles.RequireFolder("--plots", plotFile(plots));
    }

    private static string LatencyFile(string prefix) => $"{prefix}-latency.png";

    private static BadLinksRow Measure(
        SimEnvironment environment, PlanOptions reader, BadLink link, int seeds, RunPool<SimPlan, RunResult> pool)
    {
        LinkFigures[] stock = Run($"--mode fast,fast2,fast3 --fec 0/0,10/3 {BadLink.StockWindows}", link.Workload);
        LinkFigures auto = Run(BadLink.OursToOurs, link.Workload)[0];
        LinkFigures oneSided = Run(BadLink.TowardsStock, link.Workload)[0];
        LinkFigures tcp = Run($"--mode fast --fec 0/0 --limit {TcpLimit}", link.TcpWorkload)[0];
        LinkFigures best = link.Decides == Figure.Latency
            ? stock.MinBy(figures => figures.P99)!
            : stock.MaxBy(figures => figures.Goodput)!;
        return new BadLinksRow(link, best, auto, oneSided, tcp);

        LinkFigures[] Run(string variants, string workload)
        {
            ExperimentPlan plan = Plan(environment, reader, link, variants, workload, seeds);
            ExperimentResult result = RunCommand.Run(environment, plan, pool);
            if (!result.IsComplete)
                environment.Say($"{link.Name}: {result.Variants.First(one => !one.IsComplete).Failure}");
            return [.. result.Variants.Select(LinkFigures.Of)];
        }
    }

    private static void Write(
        SimEnvironment environment, List<BadLinksRow> rows, int seeds, string? markdown, string? plots)
    {
        string table = BadLinksTable.Of(rows, seeds);
        environment.Output.Write(table);
        if (markdown is not null)
            PutInto(markdown, table, BadLinksTable.Command);
        if (plots is null)
            return;
        OutputFiles.Guard("--plots", plots, () =>
        {
            foreach (Figure figure in Enum.GetValues<Figure>())
            {
                using Plot plot = BadLinksPlot.Draw(rows, figure);
                string name = figure == Figure.Latency ? "latency" : "goodput";
                plot.SavePng($"{plots}-{name}.png", PlotWidth, PlotHeight);
            }
        });
    }
}
