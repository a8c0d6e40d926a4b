using System.CommandLine;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Sweeps;

namespace KcpTun.Sim.Cli;

/// <summary>What <c>sweep</c> and <c>merge</c> make of results: table, CSV, comparison and assertions.</summary>
internal sealed class SweepReport
{
    private readonly Option<string?> _csv =
        new("--csv") { HelpName = "FILE", Description = "write a line for each cell; - is standard output, alone" };

    private readonly Option<string?> _html =
        new(HtmlOutput.Name) { HelpName = "FILE", Description = "write heat maps as one HTML file" };

    private readonly Option<string?> _png =
        new(PngOutput.Name) { HelpName = "FILE", Description = "write heat maps as a picture" };

    private readonly Option<string[]> _baseline = new("--baseline")
    {
        HelpName = "AXIS=VALUE",
        Description = "compare each cell with the one that differs in this alone, seed by seed, as in mode=normal",
    };

    private readonly Option<string[]> _assertions = new("--assert")
    {
        HelpName = "CONDITION",
        Description = "what every cell has to fulfil, as in \"goodput.p50 > 8mbit\"; repeatable; see list metrics",
    };

    public SweepReport(Command command)
    {
        command.Add(_csv);
        command.Add(_html);
        command.Add(_png);
        command.Add(_baseline);
        command.Add(_assertions);
    }

    /// <summary>Checks the options before anything runs.</summary>
    /// <exception cref="CommandException">One is wrong.</exception>
    public Settings Read(ParseResult parsed, SweepPlan plan)
    {
        if (SweepBaseline.TryParse(parsed.GetValue(_baseline) ?? [], plan, out SweepBaseline? baseline) is { } wrong)
            throw CommandException.Usage(wrong);
        foreach (Option<string?> option in new[] { _html, _png })
            OutputFiles.RefuseStandardOutput(option.Name, parsed.GetValue(option) ?? "");
        foreach (Option<string?> option in new[] { _csv, _html, _png })
        {
            if (parsed.GetValue(option) is { } path)
                OutputFiles.RequireFolder(option.Name, path);
        }

        List<SweepAssertion> assertions = [];
        foreach (string text in parsed.GetValue(_assertions) ?? [])
        {
            if (SweepAssertion.TryParse(text, out SweepAssertion? assertion) is { } error)
                throw CommandException.Usage(error);
            assertions.Add(assertion!);
        }

        return new Settings(
            parsed.GetValue(_csv), parsed.GetValue(_html), parsed.GetValue(_png), baseline, assertions);
    }

    /// <returns>The exit status.</returns>
    public static int Write(SimEnvironment environment, SweepResult result, Settings settings)
    {
        bool isCsvAlone = settings.Csv == OutputFiles.StandardOutput;
        if (settings.Csv is not null)
            OutputFiles.Write(environment, "--csv", settings.Csv, SweepTable.Csv(result));
        if (!isCsvAlone)
            SweepTable.Write(environment, result, settings.Baseline);
        if (result.Cells.Count > 0)
            WriteReports(environment, result, settings);
        bool holds = true;
        foreach (SweepAssertion assertion in settings.Assertions)
        {
            foreach (CellResult cell in result.Cells.Where(cell => !assertion.Holds(cell)))
            {
                holds = false;
                string value = Figures.Of(assertion.Metric, assertion.ValueOf(cell));
                environment.Say($"assertion failed: {assertion}: it is {value} at {cell.Cell.Name}: {cell.Command}");
            }
        }

        if (result.Missing > 0)
            environment.Say($"{result.Missing} runs are missing");
        return !holds ? ExitCodes.Assertion
            : result.Missing > 0 || !result.IsComplete ? ExitCodes.Incomplete
            : ExitCodes.Ok;
    }

    private static void WriteReports(SimEnvironment environment, SweepResult result, Settings settings)
    {
        if (settings.Html is null && settings.Png is null)
            return;
        ReportModel model = SweepReportModels.Of(environment, result);
        if (settings.Html is { } html)
            OutputFiles.Guard(HtmlOutput.Name, html, () => HtmlOutput.Write(html, model));
        if (settings.Png is { } png)
            OutputFiles.Guard(PngOutput.Name, png, () => File.WriteAllBytes(png, PngReport.Render(model)));
    }

    internal sealed record Settings(
        string? Csv,
        string? Html,
        string? Png,
        SweepBaseline? Baseline,
        IReadOnlyList<SweepAssertion> Assertions);
}
