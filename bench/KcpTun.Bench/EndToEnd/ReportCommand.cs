using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using KcpTun.Bench.EndToEnd.Scenarios;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Plans;

namespace KcpTun.Bench.EndToEnd;

/// <summary><c>report</c>: every figure of whole tunnels beside Go's and its goal.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var options = new ReportOptions();
        Command command = new("report", "Client and server processes beside Go's: every figure and its goal.");
        foreach (Option option in options.All)
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => RunAsync(options.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ReportSettings settings, CancellationToken cancellation)
    {
        ReportData data;
        try
        {
            data = ReportData.Merge(settings.Merged.Select(file => ReportData.FromJson(File.ReadAllText(file))));
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return await RefuseAsync($"--merge: {e.Message}");
        }

        try
        {
            Directory.CreateDirectory(settings.Output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await RefuseAsync($"--out {settings.Output}: {e.Message}");
        }

        if (settings.Matrix.Validate() is { } problem)
            return await RefuseAsync(problem);
        if (settings.Rounds > 0 && await FindMissingAsync(settings) is { } missing)
            return await RefuseAsync(missing);
        if (settings.Rounds > 0)
            await MeasureAsync(settings, data, cancellation);
        else
            Save(settings, data);
        Console.WriteLine(await File.ReadAllTextAsync(Path.Combine(settings.Output, "report.md"), cancellation));
        return 0;
    }

    private static async Task MeasureAsync(ReportSettings settings, ReportData data, CancellationToken cancellation)
    {
        DateTime now = DateTime.UtcNow;
        Session session = new(
            now.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            Machine.Describe(),
            Machine.Commit(),
            Builds.Describe(settings.Pairs),
            Machine.Load,
            "dotnet run -c Release --project bench/KcpTun.Bench -- "
                + ShellWords.Join(Environment.GetCommandLineArgs().Skip(1)));
        var run = new ReportRun(settings, session.Id);
        TimeSpan round = run.EstimateRound();
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Rounds: {settings.Rounds}, of about {round.TotalMinutes:0.0} minutes each. "
                + $"{settings.Output} has what has been measured so far."));
        var samples = new List<Sample>();
        await foreach (IReadOnlyList<Sample> some in run.RunAsync(cancellation))
        {
            samples.AddRange(some);
            Save(settings, ReportData.Merge([data, new ReportData([session], samples)]));
        }
    }

    private static void Save(ReportSettings settings, ReportData data)
    {
        var reference = Subject.Parse(PairOption.Reference.ToString());
        IReadOnlyList<Verdict> verdicts = Verdict.Of(FigureCatalog.For(data), data, reference);
        OrderedDictionary<string, string> titles = new(
            ScenarioCatalog.Create(settings.Effort, includesMixedPairs: true)
                .Select(scenario => KeyValuePair.Create(scenario.Id, scenario.Title)));
        string markdown =
            new ReportMarkdown(data, verdicts, reference, titles, ScenarioCatalog.Conditions).Render();
        ReportFiles.Save(settings.Output, "report", markdown, data.ToJson());
        File.WriteAllBytes(Path.Combine(settings.Output, "report.png"), ReportChart.Render(verdicts));
    }

    private static async Task<string?> FindMissingAsync(ReportSettings settings)
    {
        IReadOnlyList<Scenario> scenarios = settings.Scenarios();
        if (await PairOption.FindMissingAsync(settings.Pairs) is { } missing)
            return $"{missing}\n{Builds.Advice}";
        string? simulator = !scenarios.OfType<SimulatorScenario>().Any() ? null : settings.Pairs
            .Select(pair => Subject.Parse(pair.ToString()))
            .Where(subject => subject.Ours == OurEnds.Both)
            .Select(subject => Builds.Simulator(subject.Build!))
            .FirstOrDefault(program => !File.Exists(program));
        return simulator is null ? null : $"{simulator} is missing\n{Builds.Advice}";
    }

    private static async Task<int> RefuseAsync(string problem)
    {
        await Console.Error.WriteLineAsync(problem);
        return ExitCodes.Usage;
    }
}
