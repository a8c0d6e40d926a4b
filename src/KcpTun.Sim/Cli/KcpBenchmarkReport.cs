using System.Globalization;
using KcpTun.Sim.Benchmark;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Cli;

/// <summary><c>run --preset kcp-benchmark</c>: KCP's own benchmark, its published figures beside ours.</summary>
internal static class KcpBenchmarkReport
{
    private const int DefaultSeeds = 20;

    private const string Explanation =
        """
        Two bare KCP sessions over 10 % loss of round trips (5 % each way), 30 to 62 ms one way, windows of 128; an
        8-byte message every 20 ms is sent back, 1000 of them. KCP's column is what the C code's author published for
        one run; ours follows kcp-go, as kcptun does, and is the mean over the seeds.

        Where they differ: kcp-go flushes when a message is written, the C program every 10 ms; the C code lets a
        segment wait an eighth longer than the RTO when nodelay is 0, and has no early retransmission. So kcp-go's
        timers also fire for segments that are only late ("timeouts": about 110 segments are really lost), and it
        repairs real losses sooner. With the C code's three rules put into our KCP, normal comes to 160/595. In
        fast, the C program retransmits after one overtaking ack and with a minimum RTO of 10 ms; the settings named
        here have two and 30 ms. In default, congestion control shrinks the window to one segment at every timeout;
        what fits through it is about the 50 messages a second that are offered, so the queue before it grows with
        every further timeout. With the three rules it is still 3344 ms; that part is not explained. kcptun's modes
        have congestion control off.
        """;

    /// <exception cref="CommandException">Another option contradicts the preset.</exception>
    public static void Write(SimEnvironment environment, string preset, PlanArguments arguments, bool hasSeeds)
    {
        if (preset != KcpBenchmark.PresetName)
        {
            throw CommandException.Usage(
                $"--preset {preset}: there is only {KcpBenchmark.PresetName}; networks are chosen with --net");
        }

        bool isAlone = arguments.Link.Count + arguments.Flags.Count + arguments.ClientWords.Count
            + arguments.ServerWords.Count + arguments.Modes.Count + arguments.Fecs.Count
            + arguments.Workloads.Count == 0;
        if (!isAlone)
        {
            throw CommandException.Usage(
                $"--preset {preset} sets path, windows, modes and messages itself: give only --seed and --seeds");
        }

        int seeds = hasSeeds ? arguments.Seeds : DefaultSeeds;
        if (!PathSpec.TryParse([KeyValuePair.Create("net", preset)], out PathSpec? path, out string? error))
            throw new InvalidOperationException(error);
        var table = new TextTable(
            ["settings", "KCP's average ms", "ours", "of one seed", "KCP's maximum ms", "ours", "worst", "timeouts"]);
        foreach (KcpBenchmarkRow row in KcpBenchmark.Rows)
        {
            KcpBenchmarkResult result = KcpBenchmark.Run(row, path!, arguments.FirstSeed, seeds);
            table.Add(
                $"{row.Name} ({row.Profile.NoDelay},{row.Profile.Interval},{row.Profile.Resend},"
                    + $"{(row.Profile.CongestionControl ? 0 : 1)})",
                Text(row.AverageMs),
                Text(result.AverageMs),
                $"{Text(result.BestAverageMs)}..{Text(result.WorstAverageMs)}",
                Text(row.MaximumMs),
                Text(result.MaximumMs),
                Text(result.WorstMs),
                Text(result.Timeouts));
        }

        ulong last = arguments.FirstSeed + (ulong)seeds - 1;
        environment.Output.WriteLine($"{preset}, seeds {arguments.FirstSeed}..{last}");
        table.Write(environment);
        environment.Output.WriteLine(Explanation);
    }

    private static string Text(double value) => value.ToString("F0", CultureInfo.InvariantCulture);
}
