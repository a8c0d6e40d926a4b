using System.Globalization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tuning;

namespace KcpTun.Sim.Cli;

/// <summary>What <c>tune</c> prints.</summary>
internal static class TuneReport
{
    private static readonly string[] s_headers =
        ["", "setting", "goodput MB/s", "p50 ms", "p95 ms", "p99 ms", "wire/app", "score"];

    private static readonly string[] s_robustness =
        ["path", "goodput MB/s", "p99 ms", "wire/app", "better there", "its MB/s", "its p99 ms", "its wire"];

    public static void Write(SimEnvironment environment, TuneRequest request, TuneAnswer answer, TimeSpan wall)
    {
        TextWriter output = environment.Output;
        Trial winner = answer.Outcome.Winner;
        output.Write($"link      {request.Plan.Path.Describe()}\n");
        foreach (string reason in request.Estimate?.Reasons ?? [])
            output.Write($"          {reason}\n");
        output.Write($"workload  {string.Join(" and ", request.Plan.Workloads.Select(workload => workload.Text))}\n");
        output.Write($"goal      {request.Goal.Name}: the largest {request.Goal.Describe()}\n");
        output.Write(Line(
            $"search    {answer.Outcome.Tried} settings, {answer.Outcome.Finalists.Count} of them under ")
            + Line($"{winner.Seeds} seeds; {answer.Runs} runs, {answer.SimulatedTime / SimTime.Second} virtual s in ")
            + Line($"{wall.TotalSeconds:F1} s\n"));
        if (answer.Outcome.Incomplete > 0)
            output.Write(Line($"          {answer.Outcome.Incomplete} settings did not finish and are out\n"));
        output.Write("\nThe Pareto front: each is the best in something, by more than 2 %; * wins:\n");
        WriteFront(environment, request, answer);
        output.Write($"\nWhy {winner.Candidate.Name}:\n");
        foreach (string reason in answer.Reasons)
            output.Write($"- {reason}\n");
        WriteRobustness(environment, answer);
        WritePromise(output, winner);
        WriteEnds(output, request, answer);
        output.Write($"\nthese figures again:\n  {winner.Command()}\n");
    }

    private static void WriteFront(SimEnvironment environment, TuneRequest request, TuneAnswer answer)
    {
        double best = request.Goal.Score(answer.Outcome.Winner.Figures);
        TextTable table = new(s_headers, TextColumns: 2);
        foreach (Trial trial in answer.Outcome.Front)
            table.Add(Row(trial == answer.Outcome.Winner ? "*" : "", trial.Candidate.Name, trial));
        if (answer.Defaults is { IsComplete: true } defaults)
            table.Add(Row("", "(kcptun's defaults)", defaults));
        table.Write(environment);

        string[] Row(string mark, string name, Trial trial)
        {
            VariantResult result = trial.Result;
            return
            [
                mark, name, Goodput(result), Latency(result, 500), Latency(result, 950), P99(result),
                Figures.Fixed(trial.Figures.Wire, 2),
                Figures.Fixed(100 * request.Goal.Score(trial.Figures) / best, 0),
            ];
        }
    }

    private static void WriteRobustness(SimEnvironment environment, TuneAnswer answer)
    {
        if (answer.Robustness.Count == 0)
            return;
        environment.Output.Write(Line(
            $"\nIf the path is not quite as said ({answer.Robustness[0].Winner.Seeds} seeds each; better is what has ")
            + "a clearly better score there):\n");
        TextTable table = new(s_robustness);
        foreach (RobustnessRow row in answer.Robustness)
        {
            Trial? better = row.Better;
            table.Add(
                row.Name, Goodput(row.Winner.Result), Latency(row.Winner.Result, 990),
                row.Winner.IsComplete ? Figures.Fixed(row.Winner.Figures.Wire, 2) : "incomplete",
                better?.Candidate.Name ?? "", better is null ? "" : Goodput(better.Result),
                better is null ? "" : Latency(better.Result, 990),
                better is null ? "" : Figures.Fixed(better.Figures.Wire, 2));
        }

        table.Write(environment);
    }

    private static void WritePromise(TextWriter output, Trial winner)
    {
        output.Write("\nPromise");
        if (winner.Figures.Goodput is not null)
            output.Write($": {Goodput(winner.Result)} MB/s");
        if (winner.Figures.P99 is not null)
        {
            output.Write($"; latency p50 {Latency(winner.Result, 500)} ms, p95 {Latency(winner.Result, 950)} ms, ");
            output.Write($"p99 {P99(winner.Result)} ms");
        }

        output.Write(Line($"; {winner.Figures.Wire:0.00} bytes on the wire for each delivered "));
        output.Write(Line($"(95 % confidence over {winner.Seeds} seeds).\n"));
    }

    private static void WriteEnds(TextWriter output, TuneRequest request, TuneAnswer answer)
    {
        foreach (TunedEnd end in answer.Ends)
        {
            string who = end.IsGo ? " (Go)" : "";
            output.Write($"\n{(end.IsClient ? "Client" : "Server")}{who}:\n\n    {end.Line()}\n\n");
            output.Write($"or with -c FILE:\n\n{Indented(end.Json())}\n");
        }

        foreach (string remark in TuneRemarks.Of(request, answer.Outcome.Winner))
            output.Write($"\n{remark}\n");
    }

    private static string Goodput(VariantResult result)
    {
        Estimate? goodput = result.Estimate(Metric.Goodput);
        return Figures.WithInterval(goodput?.Mean * 1e-6, goodput?.HalfWidth * 1e-6, 2);
    }

    private static string Latency(VariantResult result, int perMille) =>
        Figures.Fixed(Figures.Milliseconds(result.All.Latency(perMille)), 0);

    private static string P99(VariantResult result) => Figures.WithInterval(
        Figures.Milliseconds(result.All.Latency(990)),
        Figures.Milliseconds(result.Estimate(Metric.LatencyP99)?.HalfWidth), 0);

    private static string Indented(string text) =>
        string.Join('\n', text.Split('\n').Select(line => $"    {line}"));

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
