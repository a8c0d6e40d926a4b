using System.Globalization;
using System.Text;
using System.Text.Json;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.BadLinks;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>Runs a workload through a tunnel, over the path with this seed.</summary>
/// <exception cref="IOException">The run failed; the first line of the message says why.</exception>
internal delegate Task<RealRun> RunTunnel(
    RealTunnel tunnel, WorkloadSpec workload, ulong seed, CancellationToken cancellation);

/// <summary>
/// Runs each link between each pair of programs, ours in mode auto, Go's in fast3. One run at a time: a busy processor
/// would be latency. A run that fails is a line and a note in its cell, and the others go on.
/// </summary>
/// <param name="pairs">Columns of the table.</param>
/// <param name="runs">Runs of each link and pair.</param>
/// <param name="execute">Makes one run.</param>
/// <param name="log">Takes a line about each run.</param>
internal sealed class LiveLinks(IReadOnlyList<Pair> pairs, int runs, RunTunnel execute, TextWriter log)
{
    private static readonly string[] s_common = ["--datashard=10", "--parityshard=3", "--sndwnd=512", "--rcvwnd=512"];

    private readonly List<object> _results = [];
    private readonly List<string> _rows = [];

    /// <summary>Links whose traffic goes through the tunnel; the relay has no place for what goes beside it.</summary>
    public static IEnumerable<BadLink> Measurable => BadLink.All.Where(link => RealApplication.CanRun(Parse(link)!));

    /// <summary>Runs that failed so far.</summary>
    public int Failed { get; private set; }

    /// <summary>Measures a link and adds its row to the table.</summary>
    public async Task MeasureAsync(BadLink link, CancellationToken cancellation)
    {
        var cells = new List<string>();
        foreach (Pair pair in pairs)
            cells.Add(await CellAsync(link, pair, cancellation));
        _rows.Add($"| {link.Name} | {string.Join(" | ", cells)} |");
    }

    /// <summary>The links measured so far: medians of the runs.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture, $"Medians of {runs} runs over `kcptun-sim relay`; {Machine.Describe()}.");
        text.AppendLine();
        IEnumerable<string> columns = pairs.Select(pair => $"{Label(pair.Client)} to {Label(pair.Server)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"| link and traffic | {string.Join(" | ", columns)} |");
        text.Append("|---|").AppendLine(string.Concat(pairs.Select(_ => "---|")));
        return text.AppendJoin("", _rows.Select(row => row + "\n")).ToString();
    }

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(_results);

    private async Task<string> CellAsync(BadLink link, Pair pair, CancellationToken cancellation)
    {
        WorkloadSpec workload = Parse(link)!;
        var figures = new List<RunFigures>();
        for (int run = 1; run <= runs; run++)
        {
            RealTunnel tunnel = new()
            {
                Name = $"{link.Name}, {pair}, run {Text($"{run}")}",
                Ends = pair,
                ClientFlags = FlagsOf(pair.Client),
                ServerFlags = FlagsOf(pair.Server),
                Link = Settings(link.Link),
            };
            try
            {
                RealRun real = await execute(tunnel, workload, (ulong)run, cancellation);
                figures.Add(real.Figures);
                _results.Add(new { tunnel.Name, run, real.Figures, real.LatenessMs, real.Seconds });
                await log.WriteLineAsync($"{tunnel.Name}: {Cell([real.Figures])}");
            }
            catch (IOException e)
            {
                Failed++;
                _results.Add(new { tunnel.Name, run, Problem = e.Message });
                await log.WriteLineAsync($"failed: {e.Message.Split('\n')[0]}");
            }
        }

        string failed = Text($"{runs - figures.Count} of {runs} failed");
        if (figures.Count == 0)
            return failed;
        return figures.Count == runs ? Cell(figures) : $"{Cell(figures)} ({failed})";
    }

    private static bool IsOurs(Implementation end) => end == Implementation.Ours;

    private static string Label(Implementation end) => IsOurs(end) ? "auto" : $"{end} fast3";

    private static string[] FlagsOf(Implementation end) => [IsOurs(end) ? "--mode=auto" : "--mode=fast3", .. s_common];

    private static string Cell(List<RunFigures> figures)
    {
        var parts = new List<string>();
        if (figures[0].LatencyMs is not null)
            parts.Add(Text($"{Median(one => one.P50):0} / {Median(one => one.P95):0} / {Median(one => one.P99):0} ms"));
        if (figures[0].Goodput is not null)
            parts.Add(Text($"{Median(one => one.Goodput) / 1e6:0.00} MB/s"));
        // A game takes what it needs; only transfers compete.
        if (figures[0] is { FirstShare: not null, LatencyMs: null })
            parts.Add(Text($"share {100 * Median(one => one.FirstShare):0} %"));
        return string.Join(", ", parts);

        double Median(Func<RunFigures, double?> read) => Statistics.Median(figures.Select(one => read(one)!.Value));
    }

    private static WorkloadSpec? Parse(BadLink link) =>
        WorkloadSpec.TryParse(link.Workload, out WorkloadSpec? workload, out _) ? workload : null;

    /// <summary>Options of the command line, <c>--loss 30 --rtt 200</c>, as the relay takes them.</summary>
    private static KeyValuePair<string, string>[] Settings(string options) =>
    [
        .. from option in options.Split("--", StringSplitOptions.RemoveEmptyEntries)
           let words = option.Trim().Split(' ', 2)
           select new KeyValuePair<string, string>(words[0], words[1]),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
