using System.Globalization;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>Predicts every point, then measures it.</summary>
internal sealed class Validation(ValidateSettings settings)
{
    private const int SizeStep = 64 * 1024;
    private const int FirstProbe = 2 * 1024 * 1024;
    private const int Probes = 3;
    private const int ProbeSeeds = 5;
    private const int Attempts = 4;

    // A relay that is late adds to the path's delay: such a run says something about the machine, not about the tunnel.
    private const double MostLatenessMs = 1;
    private const double MostLateShare = 0.1;

    public async Task<IReadOnlyList<PointResult>> RunAsync(CancellationToken cancellation)
    {
        var plans = new List<(LinkPoint Point, WorkloadSpec Bulk, WorkloadSpec Echo, List<RunFigures> Predicted)>();
        foreach (LinkPoint point in settings.Points)
        {
            (WorkloadSpec bulk, WorkloadSpec echo) = Workloads(point, cancellation);
            List<RunFigures> predicted =
            [
                .. Prediction.Run(point, bulk.Text, settings.Seeds, cancellation),
                .. Prediction.Run(point, echo.Text, settings.Seeds, cancellation),
            ];
            plans.Add((point, bulk, echo, predicted));
        }

        // Runs of one kind are spread over the whole time, so that a bad minute of the machine meets a bit of all.
        var jobs =
            from round in Enumerable.Range(1, settings.Runs)
            from plan in plans
            from workload in new[] { plan.Bulk, plan.Echo }
            from implementation in settings.Implementations
            select (plan.Point, Workload: workload, Implementation: implementation, Seed: (ulong)round);
        var real = new List<(LinkPoint Point, RealRun Run)>();
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = settings.Parallel,
            CancellationToken = cancellation,
        };
        await Parallel.ForEachAsync(jobs, options, async (job, token) =>
        {
            RealRun run = await BestAsync(job.Implementation, job.Point, job.Workload, job.Seed, token);
            lock (real)
            {
                real.Add((job.Point, run));
                Log(job.Point, run);
            }
        });
        return
        [
            .. plans.Select(plan => new PointResult(
                plan.Point,
                plan.Bulk.Text,
                plan.Echo.Text,
                plan.Predicted,
                [.. real.Where(entry => entry.Point == plan.Point).Select(entry => entry.Run)
                    .OrderBy(run => run.Ends, StringComparer.Ordinal)
                    .ThenBy(run => run.Workload, StringComparer.Ordinal)
                    .ThenBy(run => run.Seed)])),
        ];
    }

    /// <summary>A transfer that takes about as long as it is to, and the echoes.</summary>
    private (WorkloadSpec Bulk, WorkloadSpec Echo) Workloads(LinkPoint point, CancellationToken cancellation)
    {
        long bytes = FirstProbe;
        // A short transfer is mostly its own beginning, so the size takes a few rounds to settle.
        for (int probe = 0; probe < Probes; probe++)
        {
            IReadOnlyList<RunFigures> runs =
                Prediction.Run(point, $"bulk:{bytes / 1024}KiB", ProbeSeeds, cancellation);
            double rate = Statistics.Median(runs.Select(run => run.Goodput!.Value));
            bytes = Math.Max(SizeStep, (long)(rate * settings.BulkSeconds / SizeStep) * SizeStep);
        }

        return (Parse($"bulk:{bytes / 1024}KiB"), settings.Echo);
    }

    private static WorkloadSpec Parse(string text) =>
        WorkloadSpec.TryParse(text, out WorkloadSpec? workload, out string? error)
            ? workload!
            : throw new ArgumentException(error);

    /// <summary>Repeats a run while the relay was late; the one with the least lateness counts.</summary>
    private static async Task<RealRun> BestAsync(
        Implementation implementation,
        LinkPoint point,
        WorkloadSpec workload,
        ulong seed,
        CancellationToken cancellation)
    {
        RealRun? best = null;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            RealRun run = await RealRun.ExecuteAsync(point.Between(implementation), workload, seed, cancellation);
            if (best is null || run.LatenessMs < best.LatenessMs)
                best = run;
            if (best is { LatenessMs: <= MostLatenessMs, LateShare: <= MostLateShare })
                break;
        }

        return best!;
    }

    private static void Log(LinkPoint point, RealRun run)
    {
        RunFigures figures = run.Figures;
        string what = figures.Goodput is { } goodput
            ? string.Create(CultureInfo.InvariantCulture, $"{goodput / 1e6:0.00} MB/s")
            : string.Create(CultureInfo.InvariantCulture, $"{figures.P50:0}/{figures.P95:0} ms");
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{point} {run.Ends} seed {run.Seed}: {what} in {run.Seconds:0.0} s, CPU {run.CpuSeconds:0.0} s, "
                + $"relay late by {run.LatenessMs:0.00} ms ({run.LateShare:P1} over 1 ms)"));
    }
}
