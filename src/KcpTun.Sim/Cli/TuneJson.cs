using System.Text.Json;
using System.Text.Json.Serialization;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tuning;

namespace KcpTun.Sim.Cli;

/// <summary>The JSON object of <c>tune --json</c>.</summary>
internal sealed record TuneJson(
    string Engine,
    string Link,
    IReadOnlyList<string> Workloads,
    string Goal,
    string Score,
    string Peer,
    IReadOnlyList<string> Estimate,
    int Tried,
    TuneSettingJson Winner,
    IReadOnlyList<TuneSettingJson> Front,
    TuneSettingJson? Defaults,
    IReadOnlyList<string> Reasons,
    IReadOnlyList<TuneVariationJson> Robustness,
    IReadOnlyList<TuneEndJson> Ends)
{
    public static TuneJson Of(TuneRequest request, TuneAnswer answer, string engine) => new(
        engine,
        request.Plan.Path.Describe(),
        [.. request.Plan.Workloads.Select(workload => workload.Text)],
        request.Goal.Name,
        request.Goal.Describe(),
        request.Peer == TunePeer.Ours ? "ours" : "go",
        request.Estimate?.Reasons ?? [],
        answer.Outcome.Tried,
        TuneSettingJson.Of(answer.Outcome.Winner),
        [.. answer.Outcome.Front.Select(TuneSettingJson.Of)],
        answer.Defaults is null ? null : TuneSettingJson.Of(answer.Defaults),
        answer.Reasons,
        [.. answer.Robustness.Select(TuneVariationJson.Of)],
        [.. answer.Ends.Select(TuneEndJson.Of)]);

    public string ToText() => JsonSerializer.Serialize(this, TuneJsonContext.Default.TuneJson) + "\n";
}

/// <summary>A setting and what it reaches.</summary>
internal sealed record TuneSettingJson(
    string Name,
    int Seeds,
    bool Complete,
    [property: JsonPropertyName("goodputMBps")] double? GoodputMBps,
    [property: JsonPropertyName("goodputMBpsCi95")] double? GoodputMBpsCi95,
    LatencyJson LatencyMs,
    double? WireRatio,
    string TraceHash,
    string Command)
{
    public static TuneSettingJson Of(Trial trial)
    {
        Estimate? goodput = trial.Result.Estimate(Metric.Goodput);
        return new TuneSettingJson(
            trial.Candidate.Name,
            trial.Seeds,
            trial.IsComplete,
            goodput?.Mean * 1e-6,
            goodput?.HalfWidth * 1e-6,
            LatencyJson.Of(trial.Result),
            trial.Figures.Wire,
            ExperimentResult.HashOf(trial.Result.All.Runs.Select(run => run.Result.TraceHash)),
            trial.Command());
    }
}

/// <summary>The winner where the path differs, and what of the front is clearly better there.</summary>
internal sealed record TuneVariationJson(
    string Path,
    [property: JsonPropertyName("goodputMBps")] double? GoodputMBps,
    double? P99Ms,
    double? WireRatio,
    bool Complete,
    string? Better)
{
    public static TuneVariationJson Of(RobustnessRow row) => new(
        row.Name, row.Winner.Figures.Goodput, row.Winner.Figures.P99, row.Winner.Figures.Wire, row.Winner.IsComplete,
        row.Better?.Candidate.Name);
}

/// <summary>How one end is started.</summary>
internal sealed record TuneEndJson(
    string Side,
    bool IsGo,
    IReadOnlyList<string> Program,
    IReadOnlyList<string> Arguments,
    string Command,
    string Config)
{
    public static TuneEndJson Of(TunedEnd end) => new(
        end.IsClient ? "client" : "server", end.IsGo, end.Program, end.Words(), end.Line(), end.Json());
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TuneJson))]
internal sealed partial class TuneJsonContext : JsonSerializerContext;
