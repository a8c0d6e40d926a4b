using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>What reports show of an experiment.</summary>
internal static class ReportModels
{
    /// <param name="environment">Knows the engine.</param>
    /// <param name="result">The experiment.</param>
    /// <param name="option">The option that makes the report, with its value.</param>
    public static ReportModel Of(SimEnvironment environment, ExperimentResult result, params string[] option)
    {
        ExperimentPlan plan = result.Plan;
        return new ReportModel
        {
            Title = $"kcptun over {plan.Path.Describe()}",
            Command = $"{plan.ReproduceCommand()} {ShellWords.Join(option)}",
            Link = plan.Path.Describe(),
            Workload = string.Join(" and ", plan.Workloads.Select(workload => workload.Text)),
            Engine = EngineName(environment),
            Seeds = ExperimentTable.Seeds(plan.Arguments),
            TraceHash = result.TraceHash,
            Verdicts = [.. Verdicts.Of(result)],
            Variants = [.. result.Variants.Select(variant => Of(plan, variant, variant.Variant.Name))],
        };
    }

    public static string EngineName(SimEnvironment environment) => $"kcptun-sim {environment.Version}";

    /// <param name="plan">What the variant belongs to.</param>
    /// <param name="result">Its runs.</param>
    /// <param name="name">What it is called in the report.</param>
    public static ReportVariant Of(ExperimentPlan plan, VariantResult result, string name)
    {
        RunGroup all = result.All;
        double[] latencies =
        [
            .. all.Runs.Where(run => run.Plan.Workload.HasLatency)
                .SelectMany(run => run.Result.Latencies)
                .Select(latency => (double)latency / SimTime.Millisecond),
        ];
        return new ReportVariant
        {
            Name = name,
            Flags = VariantJson.FlagsOf(plan, result.Variant),
            ReproduceCommand = plan.ReproduceCommand(result.Variant),
            Goodput = Interval(result.Estimate(Metric.Goodput)),
            SeedGoodputs = [.. result.Values(Metric.Goodput)],
            LatenciesMs = latencies,
            Latency = ReportLatency.From(latencies),
            CompletionSeconds = Figures.Seconds(all.Completion) ?? double.NaN,
            DeliveredBytes = all.Sum(run => run.DeliveredBytes),
            Wire = Wire(all),
            WireRatio = Metric.Wire.Read(all) ?? double.PositiveInfinity,
            Retransmits = new RetransmitMetrics
            {
                Timeout = all.Sum(run => run.Retransmits.Timeout),
                Fast = all.Sum(run => run.Retransmits.Fast),
                Early = all.Sum(run => run.Retransmits.Early),
                Spurious = all.Sum(run => run.Retransmits.Spurious),
            },
            Fec = new FecMetrics
            {
                Parity = all.Sum(run => run.Fec.Parity),
                Recovered = all.Sum(run => run.Fec.Recovered),
                Useless = all.Sum(run => run.Fec.Useless),
                Late = all.Sum(run => run.Fec.Late),
            },
            Stalls = Stalls(all, result.Seeds.Count),
            IsComplete = result.IsComplete,
            Failure = result.Failure?.ReplaceLineEndings(" "),
        };
    }

    private static ReportInterval? Interval(Estimate? estimate) => estimate is { } known
        ? new ReportInterval(
            known.Mean, known.Mean - (known.HalfWidth ?? 0), known.Mean + (known.HalfWidth ?? 0))
        : null;

    private static WireMetrics Wire(RunGroup all) => new()
    {
        Datagrams = all.Sum(run => run.Wire.Datagrams),
        Bytes = all.Sum(run => run.Wire.Bytes),
        PayloadBytes = all.Sum(run => run.Wire.PayloadBytes),
        HeaderBytes = all.Sum(run => run.Wire.HeaderBytes),
        ParityBytes = all.Sum(run => run.Wire.ParityBytes),
        TimeoutBytes = all.Sum(run => run.Wire.TimeoutBytes),
        FastBytes = all.Sum(run => run.Wire.FastBytes),
        EarlyBytes = all.Sum(run => run.Wire.EarlyBytes),
        AckBytes = all.Sum(run => run.Wire.AckBytes),
        TcpBytes = all.Sum(run => run.Wire.TcpBytes),
        DuplicateBytes = all.Sum(run => run.Wire.DuplicateBytes),
    };

    private static StallMetrics Stalls(RunGroup all, int seeds) => new()
    {
        HeadOfLine = all.Sum(run => run.Stalls.HeadOfLine) / seeds,
        Window = all.Sum(run => run.Stalls.Window) / seeds,
        MaxQueueDelay = all.Max(run => run.Stalls.MaxQueueDelay),
        MeanQueueDelay = all.Sum(run => run.Stalls.MeanQueueDelay) / all.Runs.Count,
        PeakMemory = all.Max(run => run.Stalls.PeakMemory),
    };
}
