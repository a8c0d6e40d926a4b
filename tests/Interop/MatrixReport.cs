using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KcpTun.GoInterop;

namespace KcpTun.Interop;

/// <summary>What became of the cells; written to artifacts/interop when the suite has ended.</summary>
public static class MatrixReport
{
    private const int MaxNoteLength = 160;

    private static readonly ConcurrentDictionary<Cell, Outcome> s_outcomes = new();
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private static IReadOnlyList<Pair> Columns => [.. Pairs.Matrix, Pairs.SelfCheck];

    public static void Passed(Cell cell, TimeSpan elapsed, string? note) =>
        s_outcomes[cell] = new Outcome(true, elapsed, note);

    public static void Failed(Cell cell, TimeSpan elapsed, string reason) =>
        s_outcomes[cell] = new Outcome(false, elapsed, OneLine(reason));

    /// <summary>Writes matrix.md and matrix.json.</summary>
    /// <returns>The summary line.</returns>
    public static string Write()
    {
        string folder = Path.Combine(Repository.Artifacts, "interop");
        Directory.CreateDirectory(folder);
        string summary = Summarize();
        File.WriteAllText(Path.Combine(folder, "matrix.md"), ToMarkdown(summary));
        File.WriteAllText(Path.Combine(folder, "matrix.json"), ToJson(summary).ToJsonString(s_indented) + "\n");
        return summary;
    }

    private static string OneLine(string reason)
    {
        string line = string.Join(' ', reason.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxNoteLength ? line : line[..MaxNoteLength] + "…";
    }

    private static string Summarize()
    {
        int passed = s_outcomes.Values.Count(outcome => outcome.HasPassed);
        int failed = s_outcomes.Count - passed;
        int inapplicable = Pairs.Matrix.Sum(pair => Catalog.Scenarios.Count(row => !row.AppliesTo(pair)));
        int cells = s_outcomes.Count + inapplicable;
        return $"interop: {cells} cells, {passed} passed, {failed} failed, {inapplicable} n/a";
    }

    private static string ToMarkdown(string summary)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Interoperability matrix\n\n{summary}\n\n");
        text.Append("Columns are client->server, figures are seconds; ")
            .Append("n/a: an end has no such option; empty: not run.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| scenario | {string.Join(" | ", Columns)} |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|{string.Concat(Columns.Select(_ => "---|"))}\n");
        foreach (Scenario row in Catalog.Scenarios)
        {
            IEnumerable<string> cells = Columns.Select(pair => Describe(new Cell(row, pair)));
            text.Append(CultureInfo.InvariantCulture, $"| {row.Id} | {string.Join(" | ", cells)} |\n");
        }

        return text.ToString();
    }

    private static string Describe(Cell cell)
    {
        if (!s_outcomes.TryGetValue(cell, out Outcome? outcome))
            return cell.Scenario.AppliesTo(cell.Pair) ? "" : "n/a";
        string seconds = outcome.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        string note = outcome.Note is null ? "" : $" ({outcome.Note.Replace('|', '/')})";
        return (outcome.HasPassed ? "pass " : "**FAIL** ") + seconds + note;
    }

    private static JsonObject ToJson(string summary)
    {
        string manifest = Path.Combine(Repository.Artifacts, "go", "manifest.json");
        return new JsonObject
        {
            ["summary"] = summary,
            ["go"] = File.Exists(manifest) ? JsonNode.Parse(File.ReadAllText(manifest)) : null,
            ["columns"] = new JsonArray([.. Columns.Select(pair => (JsonNode)pair.ToString())]),
            ["rows"] = new JsonArray([.. Catalog.Scenarios.Select(row => (JsonNode)ToJson(row))]),
        };
    }

    private static JsonObject ToJson(Scenario row)
    {
        var cells = new JsonObject();
        foreach (Cell cell in Columns.Select(pair => new Cell(row, pair)))
        {
            if (s_outcomes.TryGetValue(cell, out Outcome? outcome))
            {
                cells[cell.Pair.ToString()] = new JsonObject
                {
                    ["outcome"] = outcome.HasPassed ? "pass" : "fail",
                    ["seconds"] = Math.Round(outcome.Elapsed.TotalSeconds, 2),
                    ["note"] = outcome.Note,
                };
            }
            else if (!row.AppliesTo(cell.Pair))
            {
                cells[cell.Pair.ToString()] = new JsonObject { ["outcome"] = "n/a" };
            }
        }

        return new JsonObject { ["scenario"] = row.Id, ["cells"] = cells };
    }

    private sealed record Outcome(bool HasPassed, TimeSpan Elapsed, string? Note);
}
