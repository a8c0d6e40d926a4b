using System.Text.Json;
using System.Text.Json.Serialization;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>The JSON object of <c>run --json</c>; docs/simulator.schema.json describes it.</summary>
internal sealed record ExperimentJson(
    string Engine,
    PlanJson Plan,
    ulong Seed,
    string TraceHash,
    double SimSeconds,
    double WallSeconds,
    IReadOnlyList<VariantJson> Variants)
{
    public static ExperimentJson Of(ExperimentResult result, string engine, TimeSpan wall) => new(
        engine,
        PlanJson.Of(result.Plan),
        result.Plan.Arguments.FirstSeed,
        result.TraceHash,
        Figures.Seconds(result.SimulatedTime)!.Value,
        wall.TotalSeconds,
        [.. result.Variants.Select(variant => VariantJson.Of(result.Plan, variant))]);

    public string ToText() => JsonSerializer.Serialize(this, SimJsonContext.Default.ExperimentJson) + "\n";
}

/// <param name="Link">The path in words.</param>
/// <param name="Workloads">As given.</param>
/// <param name="Arguments">Words of the command line after <c>kcptun-sim run</c>.</param>
/// <param name="Command">The same as one line for a shell.</param>
internal sealed record PlanJson(
    string Link, IReadOnlyList<string> Workloads, IReadOnlyList<string> Arguments, string Command)
{
    public static PlanJson Of(ExperimentPlan plan) => new(
        plan.Path.Describe(),
        [.. plan.Workloads.Select(workload => workload.Text)],
        [.. plan.Arguments.ToWords()],
        plan.ReproduceCommand());
}

/// <summary>One row. Means over seeds, except that latencies are percentiles of all samples together.</summary>
internal sealed record VariantJson(
    string Name,
    string Flags,
    int Seeds,
    bool Complete,
    string? Failure,
    [property: JsonPropertyName("goodputMBps")] double? GoodputMBps,
    [property: JsonPropertyName("goodputMBpsCi95")] double? GoodputMBpsCi95,
    double? CompletionSeconds,
    LatencyJson LatencyMs,
    double? WireRatio,
    RetransmitsJson Retransmits,
    FecJson Fec,
    double? HeadOfLineMsPerSecond,
    IReadOnlyList<string> TraceHashes,
    string Command)
{
    public static VariantJson Of(ExperimentPlan plan, VariantResult result)
    {
        RunGroup all = result.All;
        Estimate? goodput = result.Estimate(Metric.Goodput);
        return new VariantJson(
            result.Variant.Name,
            FlagsOf(plan, result.Variant),
            result.Seeds.Count,
            result.IsComplete,
            result.Failure,
            goodput?.Mean * 1e-6,
            goodput?.HalfWidth * 1e-6,
            Figures.Seconds(all.Completion),
            LatencyJson.Of(result),
            Metric.Wire.Read(all),
            RetransmitsJson.Of(all),
            FecJson.Of(all),
            all.Ratio(run => run.Stalls.HeadOfLine, run => run.Duration) * 1000,
            [.. all.Runs.Select(run => run.Result.TraceHash)],
            plan.ReproduceCommand(result.Variant));
    }

    /// <summary>kcptun's flags of both ends, without those of one alone.</summary>
    internal static string FlagsOf(ExperimentPlan plan, Variant variant)
    {
        string[] fec = variant.Fec is { } shards
            ? ["--datashard", $"{shards.Data}", "--parityshard", $"{shards.Parity}"]
            : [];
        IEnumerable<string> others = plan.Arguments.Flags.Select(flag => $"{PlanNames.OfFlag(flag.Key)}={flag.Value}");
        return ShellWords.Join(["--mode", variant.Mode, .. fec, .. others]);
    }
}

internal sealed record LatencyJson(
    double? P50, double? P90, double? P95, double? P99, double? Max, double? P99Ci95, int Samples)
{
    public static LatencyJson Of(VariantResult result)
    {
        RunGroup all = result.All;
        return new LatencyJson(
            Of(500), Of(900), Of(950), Of(990), Of(1000),
            Figures.Milliseconds(result.Estimate(Metric.LatencyP99)?.HalfWidth),
            all.LatencyCount);

        double? Of(int perMille) => Figures.Milliseconds(all.Latency(perMille));
    }
}

/// <summary>Sums over all seeds.</summary>
internal sealed record RetransmitsJson(long Timeout, long Fast, long Early, long Spurious)
{
    public static RetransmitsJson Of(RunGroup all) => new(
        all.Sum(run => run.Retransmits.Timeout),
        all.Sum(run => run.Retransmits.Fast),
        all.Sum(run => run.Retransmits.Early),
        all.Sum(run => run.Retransmits.Spurious));
}

/// <summary>Sums over all seeds.</summary>
internal sealed record FecJson(long Parity, long Recovered, long Useless, long Late)
{
    public static FecJson Of(RunGroup all) => new(
        all.Sum(run => run.Fec.Parity),
        all.Sum(run => run.Fec.Recovered),
        all.Sum(run => run.Fec.Useless),
        all.Sum(run => run.Fec.Late));
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExperimentJson))]
internal sealed partial class SimJsonContext : JsonSerializerContext;
