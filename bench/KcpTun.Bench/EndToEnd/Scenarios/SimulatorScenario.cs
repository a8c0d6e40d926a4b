using System.Diagnostics;
using System.Globalization;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>How fast the simulator is, of the same build as the tunnel of a pair that is ours.</summary>
internal sealed class SimulatorScenario(string id, string title, int seeds) : Scenario(id, title)
{
    public const string TableMetric = "default table s";
    public const string SwarmMetric = "swarm seeds/s";

    public override double EstimateSeconds(double bytesPerSecond) => 4 + (seeds / 130.0);

    public override bool TakesPart(Pair pair) => Subject.Parse(pair.ToString()).Ours == OurEnds.Both;

    public override async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        Pair pair, CancellationToken cancellation)
    {
        string program = Builds.Simulator(Subject.Parse(pair.ToString()).Build!);
        string count = seeds.ToString(CultureInfo.InvariantCulture);
        return new Dictionary<string, double>
        {
            [TableMetric] = await TimeAsync([program, "--loss", "30", "--rtt", "200"], cancellation),
            [SwarmMetric] =
                seeds / await TimeAsync([program, "swarm", "--seed", "1", "--seeds", count], cancellation),
        };
    }

    private static async Task<double> TimeAsync(string[] command, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = await ProcessLauncher.StartAsync(command, TunnelProcess.RuntimeEnvironment());
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            _ = await output;
            string said = await errors;
            return process.ExitCode == 0
                ? elapsed.TotalSeconds
                : throw new IOException($"{string.Join(' ', command)} exited with {process.ExitCode}: {said.Trim()}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
