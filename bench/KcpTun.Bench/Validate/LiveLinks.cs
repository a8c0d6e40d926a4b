using System.Globalization;
using System.Text;
using System.Text.Json;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.BadLinks;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>
/// Runs each link between Go's programs, between ours in mode auto, and between ours and Go's server. One run at a
/// time: a busy processor would be latency.
/// </summary>
internal sealed class LiveLinks(int runs)
{
    private static readonly string[] s_common = ["--datashard=10", "--parityshard=3", "--sndwnd=512", "--rcvwnd=512"];

    private readonly List<object> _results = [];

    /// <summary>Links on which one thing happens at a time; what shares a link is the simulator's.</summary>
    public static IEnumerable<BadLink> Measurable => BadLink.All.Where(link => Parse(link) is EchoSpec or BulkSpec);

    public static IReadOnlyList<Pair> Pairs { get; } =
    [
        new(Implementation.GoNew, Implementation.GoNew),
        new(Implementation.Ours, Implementation.Ours),
        new(Implementation.Ours, Implementation.GoNew),
    ];

    /// <returns>The table as Markdown: medians of the runs.</returns>
    public async Task<string> MeasureAsync(IReadOnlyList<BadLink> links, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture, $"Medians of {runs} runs over `kcptun-sim relay`; {Machine.Describe()}.");
        text.AppendLine();
        text.AppendLine("| link and traffic | Go fast3 at both ends | auto at both ends | auto towards Go |");
        text.AppendLine("|---|---|---|---|");
        foreach (BadLink link in links)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {link.Name} |");
            foreach (Pair pair in Pairs)
                text.Append(CultureInfo.InvariantCulture, $" {await CellAsync(link, pair, cancellation)} |");
            text.AppendLine();
        }

        return text.ToString();
    }

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(_results);

    private async Task<string> CellAsync(BadLink link, Pair pair, CancellationToken cancellation)
    {
        WorkloadSpec workload = Parse(link)!;
        RealTunnel tunnel = new()
        {
            Name = $"{link.Name} {pair}",
            Ends = pair,
            ClientFlags = FlagsOf(pair.Client),
            ServerFlags = FlagsOf(pair.Server),
            Link = Settings(link.Link),
        };
        var figures = new List<RunFigures>();
        for (int run = 1; run <= runs; run++)
        {
            RealRun real = await RealRun.ExecuteAsync(tunnel, workload, (ulong)run, cancellation);
            figures.Add(real.Figures);
            _results.Add(new { tunnel.Name, run, real.Figures, real.LatenessMs, real.Seconds });
            await Console.Error.WriteLineAsync($"{tunnel.Name} run {run}: {Cell([real.Figures])}");
        }

        return Cell(figures);
    }

    private static string[] FlagsOf(Implementation end) =>
        [end == Implementation.Ours ? "--mode=auto" : "--mode=fast3", .. s_common];

    private static string Cell(List<RunFigures> figures)
    {
        if (figures[0].Goodput is not null)
            return Text($"{Statistics.Median(figures.Select(one => one.Goodput!.Value)) / 1e6:0.00} MB/s");
        double p50 = Statistics.Median(figures.Select(one => one.P50!.Value));
        double p95 = Statistics.Median(figures.Select(one => one.P95!.Value));
        double p99 = Statistics.Median(figures.Select(one => one.P99!.Value));
        return Text($"{p50:0} / {p95:0} / {p99:0} ms");
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
