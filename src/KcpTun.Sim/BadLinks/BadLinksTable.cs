using System.Globalization;
using System.Text;

namespace KcpTun.Sim.BadLinks;

/// <summary>A row of the table: one link with three pairs of ends.</summary>
/// <param name="Link">Where.</param>
/// <param name="Stock">The stock mode that is best there, at both ends.</param>
/// <param name="Auto">Mode auto at both ends.</param>
/// <param name="OneSided">Mode auto at the sending end, a stock mode at the other.</param>
/// <param name="Tcp">The same traffic by plain TCP, without a tunnel.</param>
internal sealed record BadLinksRow(
    BadLink Link, LinkFigures Stock, LinkFigures Auto, LinkFigures OneSided, LinkFigures Tcp);

/// <summary>The table as Markdown.</summary>
internal static class BadLinksTable
{
    /// <summary>What makes it.</summary>
    public const string Command = "kcptun-sim bad-links";

    private const string End = "<!-- end of table -->";

    /// <summary>Puts the table where the document has the last one, or behind it.</summary>
    /// <param name="document">All of it.</param>
    /// <param name="table">Markdown.</param>
    /// <param name="command">What makes the table, and names its place in the document.</param>
    public static string PutInto(string document, string table, string command)
    {
        string mark = $"<!-- table: {command} -->";
        int begin = document.IndexOf(mark, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : document.IndexOf(End, begin, StringComparison.Ordinal);
        string place = $"{mark}\n\n{table}\n{End}";
        return end >= 0
            ? document[..begin] + place + document[(end + End.Length)..]
            : $"{document.TrimEnd()}\n\n{place}\n";
    }

    public static string Of(IEnumerable<BadLinksRow> rows, int seeds)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{seeds} seeds. Latencies are p50 / p95 / p99 in ms, goodput in ");
        text.Append("10^6 bytes a second; *wire* is bytes on the wire for each byte delivered; of two that ");
        text.Append("compete, the first one's *share* until one is done, in the seed where it is least even.\n\n");
        text.Append("| link and traffic | plain TCP | best stock mode | auto | auto towards a stock peer ");
        text.Append("| goal | reached |\n");
        text.Append("|---|---|---|---|---|---|---|\n");
        foreach (BadLinksRow row in rows)
        {
            string verdict = row.Link.IsReached(row.Auto, row.Stock) ? "yes" : "no";
            text.Append(CultureInfo.InvariantCulture, $"| {row.Link.Name} | {Cell(row.Tcp)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {row.Stock.Variant}: {Cell(row.Stock)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(row.Auto)} | {Cell(row.OneSided)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {row.Link.Goal} | {verdict} |\n");
        }

        return text.ToString();
    }

    private static string Cell(LinkFigures figures)
    {
        List<string> parts = [];
        if (figures.P50 > 0)
            parts.Add(Text($"{figures.P50:F0} / {figures.P95:F0} / {figures.P99:F0} ms"));
        if (figures.Goodput > 0)
            parts.Add(Goodput(figures.Goodput));
        parts.Add(Text($"wire {figures.Wire:F2}"));
        // Copies of small segments are meant; only in a transfer a needless one is waste.
        if (figures is { Goodput: > 0, P50: 0, Needless: { } needless })
            parts.Add(Text($"needless {needless * 100:F2} %"));
        if (figures.QueueP95 > 0)
            parts.Add(Text($"queue {figures.QueueP95:F0} ms"));
        // A game takes what it needs; only transfers compete.
        if (figures is { FirstShare: { } share, P50: 0 })
            parts.Add(Text($"share {share * 100:F0} %"));
        return string.Join(", ", parts);
    }

    /// <summary>Plain TCP may be a thousand times slower than the others.</summary>
    private static string Goodput(double megabytes) =>
        megabytes < 0.1 ? Text($"{megabytes * 1e3:F1} kB/s") : Text($"{megabytes:F2} MB/s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
