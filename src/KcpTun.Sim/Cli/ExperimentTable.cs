using System.Globalization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>What <c>run</c> prints.</summary>
internal static class ExperimentTable
{
    private static readonly string[] s_headers =
    [
        "variant", "goodput MB/s", "p50 ms", "p95 ms", "p99 ms", "wire/app", "resent", "FEC rec.", "HOL ms/s",
        "complete",
    ];

    public static void Write(SimEnvironment environment, ExperimentResult result, TimeSpan wall)
    {
        TextWriter output = environment.Output;
        ExperimentPlan plan = result.Plan;
        output.Write($"link      {plan.Path.Describe()}\n");
        output.Write($"workload  {string.Join(" and ", plan.Workloads.Select(workload => workload.Text))}\n");
        output.Write($"seeds     {Seeds(plan.Arguments)}   engine {environment.Version}   {Speed(result, wall)}\n");
        TextTable table = new(s_headers);
        foreach (VariantResult variant in result.Variants)
            table.Add(Row(variant));
        table.Write(environment);
        foreach (string verdict in Verdicts.Of(result))
            output.Write($"{verdict}\n");
        foreach (VariantResult variant in result.Variants.Where(variant => variant.Failure is not null))
            output.Write($"{variant.Variant.Name}: {variant.Failure}\n");
        output.Write($"trace hash {result.TraceHash}\n");
        output.Write("one row again (for another one, its --mode and --fec):\n");
        output.Write($"  {plan.ReproduceCommand(plan.Variants[^1])}\n");
    }

    private static string[] Row(VariantResult variant)
    {
        RunGroup all = variant.All;
        Estimate? goodput = variant.Estimate(Metric.Goodput);
        Estimate? p99 = variant.Estimate(Metric.LatencyP99);
        return
        [
            variant.Variant.Name,
            Figures.WithInterval(goodput?.Mean * 1e-6, goodput?.HalfWidth * 1e-6, 2),
            Latency(500),
            Latency(950),
            Figures.WithInterval(
                Figures.Milliseconds(all.Latency(990)), Figures.Milliseconds(p99?.HalfWidth), 0),
            Figures.Fixed(Metric.Wire.Read(all), 2),
            all.Sum(run => run.Retransmits.Total).ToString(CultureInfo.InvariantCulture),
            all.Sum(run => run.Fec.Recovered).ToString(CultureInfo.InvariantCulture),
            Figures.Fixed(all.Ratio(run => run.Stalls.HeadOfLine, run => run.Duration) * 1000, 0),
            Complete(all),
        ];

        string Latency(int perMille) => Figures.Fixed(Figures.Milliseconds(all.Latency(perMille)), 0);
    }

    private static string Complete(RunGroup all)
    {
        int done = all.Runs.Count(run => run.Result.IsComplete);
        return done == all.Runs.Count ? "yes" : string.Create(CultureInfo.InvariantCulture, $"{done}/{all.Runs.Count}");
    }

    /// <summary>The seeds in words.</summary>
    internal static string Seeds(PlanArguments arguments) => arguments.Seeds == 1
        ? arguments.FirstSeed.ToString(CultureInfo.InvariantCulture)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{arguments.FirstSeed}..{arguments.FirstSeed + (ulong)arguments.Seeds - 1}");

    private static string Speed(ExperimentResult result, TimeSpan wall)
    {
        double virtualSeconds = (double)result.SimulatedTime / SimTime.Second;
        double wallSeconds = Math.Max(wall.TotalSeconds, 0.001);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{virtualSeconds:F1} virtual s in {wallSeconds:F2} s (x{virtualSeconds / wallSeconds:F0})");
    }
}
