using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using KcpTun.Bench.EndToEnd.Scenarios;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd;

/// <summary>
/// Runs every pair through every scenario once a round, one after the other within a scenario and in an order that
/// rotates, so that whatever else the machine does meanwhile meets all of them.
/// </summary>
internal sealed class ReportRun(ReportSettings settings, string session)
{
    private const int ShownMetrics = 4;

    // What our pairs and the others carried when this was written, bytes a second: only estimates depend on it.
    private const double OurSpeed = 150e6;
    private const double OtherSpeed = 40e6;

    // A run that takes longer has hung.
    private const double Patience = 6;
    private const double LeastPatienceSeconds = 60;

    private readonly IReadOnlyList<Scenario> _scenarios = settings.Scenarios();

    /// <summary>About how long a round takes.</summary>
    public TimeSpan EstimateRound() => TimeSpan.FromSeconds(
        _scenarios.Sum(scenario => settings.Pairs.Where(scenario.TakesPart).Sum(pair => Estimate(scenario, pair))));

    /// <summary>Runs all rounds.</summary>
    /// <returns>The samples of one scenario in one round at a time.</returns>
    public async IAsyncEnumerable<IReadOnlyList<Sample>> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int round = 1; round <= settings.Rounds; round++)
        {
            foreach (Scenario scenario in _scenarios)
            {
                Pair[] pairs = [.. settings.Pairs.Where(scenario.TakesPart)];
                var samples = new List<Sample>();
                for (int turn = 0; turn < pairs.Length; turn++)
                {
                    Pair pair = pairs[(round + turn) % pairs.Length];
                    samples.Add(await RunAsync(scenario, pair, round, cancellation));
                }

                yield return samples;
            }
        }
    }

    private async Task<Sample> RunAsync(Scenario scenario, Pair pair, int round, CancellationToken cancellation)
    {
        double seconds = Math.Max(LeastPatienceSeconds, Patience * Estimate(scenario, pair));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        long start = Stopwatch.GetTimestamp();
        Sample sample = new(session, round, scenario.Id, pair.ToString(), new Dictionary<string, double>(), null);
        try
        {
            sample = sample with { Metrics = await scenario.MeasureAsync(pair, limit.Token) };
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            string problem = limit.IsCancellationRequested
                ? string.Create(CultureInfo.InvariantCulture, $"did not end within {seconds:0} s")
                : e.Message;
            sample = sample with { Failure = problem };
        }

        await LogAsync(sample, Stopwatch.GetElapsedTime(start));
        return sample;
    }

    private static double Estimate(Scenario scenario, Pair pair) => scenario.EstimateSeconds(
        Subject.Parse(pair.ToString()).Ours == OurEnds.Both ? OurSpeed : OtherSpeed);

    private async Task LogAsync(Sample sample, TimeSpan elapsed)
    {
        string what = sample.Failure is { } failure
            ? $"FAILED: {failure.Split('\n')[0]}"
            : string.Join(", ", sample.Metrics.Take(ShownMetrics)
                .Select(metric => $"{metric.Key} {ReportMarkdown.Number(metric.Value)}"));
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"round {sample.Round}/{settings.Rounds} {sample.Scenario} {sample.Subject} "
                + $"({elapsed.TotalSeconds:0.0} s): {what}"));
    }
}
