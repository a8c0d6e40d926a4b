using System.Globalization;
using System.Text;
using System.Text.Json;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd;

/// <summary>
/// The table of an end-to-end comparison: medians, and medians of each round's ratio to Go against itself.
/// </summary>
public sealed class EndToEndReport(EndToEndSettings settings, IReadOnlyList<EndToEndSample> samples)
{
    private const double Mebibyte = 1024 * 1024;

    private static readonly (string Title, string Format, Func<EndToEndSample, double> Value)[] s_columns =
    [
        ("up MB/s", "0.0", sample => sample.Upload.MegabytesPerSecond),
        ("down MB/s", "0.0", sample => sample.Download.MegabytesPerSecond),
        ("up CPU ns/B", "0.0", sample => sample.Upload.CpuNanosecondsPerByte),
        ("down CPU ns/B", "0.0", sample => sample.Download.CpuNanosecondsPerByte),
        ("echo p50 ms", "0.00", sample => sample.EchoMedian.TotalMilliseconds),
        ("echo p99 ms", "0.00", sample => sample.EchoTail.TotalMilliseconds),
        ("client RSS MiB", "0.0", sample => sample.ClientPeakBytes / Mebibyte),
        ("server RSS MiB", "0.0", sample => sample.ServerPeakBytes / Mebibyte),
    ];

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("# End to end on loopback").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Flags of both ends: `{string.Join(' ', settings.Flags)}`.");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{settings.Runs} rounds; {settings.Bytes / Mebibyte:0} MiB each way, one stream; "
            + $"{settings.Echoes} echoes.");
        text.AppendLine("Median (× median of the ratios to go-20260314->go-20260314 in the same round); CPU is both")
            .AppendLine("processes together, RSS the peak.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Machine.Describe()}").AppendLine();
        string titles = string.Join(" | ", s_columns.Select(c => c.Title));
        text.AppendLine(CultureInfo.InvariantCulture, $"| pair | {titles} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(s_columns.Select(_ => "---:|"))}");
        foreach (Pair pair in settings.Pairs)
        {
            IEnumerable<string> cells = s_columns.Select(column => Cell(pair, column.Format, column.Value));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {pair} | {string.Join(" | ", cells)} |");
        }

        return text.ToString();
    }

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(new
    {
        machine = Machine.Describe(),
        flags = settings.Flags,
        bytes = settings.Bytes,
        echoes = settings.Echoes,
        samples = samples.Select(sample => new
        {
            round = sample.Round,
            pair = sample.Pair.ToString(),
            upload = sample.Upload,
            download = sample.Download,
            echoP50Ms = sample.EchoMedian.TotalMilliseconds,
            echoP99Ms = sample.EchoTail.TotalMilliseconds,
            clientPeakBytes = sample.ClientPeakBytes,
            serverPeakBytes = sample.ServerPeakBytes,
        }),
    });

    private string Cell(Pair pair, string format, Func<EndToEndSample, double> value)
    {
        EndToEndSample[] own = [.. samples.Where(sample => sample.Pair == pair)];
        string median = Statistics.Median(own.Select(value)).ToString(format, CultureInfo.InvariantCulture);
        double[] ratios =
        [
            .. from sample in own
               from reference in samples
               where reference.Pair == PairOption.Reference && reference.Round == sample.Round
               select value(sample) / value(reference),
        ];
        return ratios.Length == 0
            ? median
            : $"{median} (×{Statistics.Median(ratios).ToString("0.00", CultureInfo.InvariantCulture)})";
    }
}
