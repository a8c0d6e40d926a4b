using System.Globalization;
using System.Text;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>The matrix as Markdown: counts for each subject, then a row for each case.</summary>
internal static class MarkdownMatrix
{
    // Whole lines: a document may well mention them.
    private const string Begin = "\n<!-- matrix -->\n";
    private const string End = "\n<!-- /matrix -->\n";

    /// <param name="before">A document that has a place for the matrix; null or another for the matrix alone.</param>
    public static string Write(SuiteResult result, string? before)
    {
        string matrix = Write(result);
        int begin = before?.IndexOf(Begin, StringComparison.Ordinal) ?? -1;
        if (begin < 0)
            return matrix;
        // The line break between two lines belongs to both.
        int inside = begin + Begin.Length - 1;
        int end = before!.IndexOf(End, inside, StringComparison.Ordinal);
        return end < 0 ? matrix : $"{before[..inside]}\n\n{matrix}{before[end..]}";
    }

    private static string Write(SuiteResult result)
    {
        StringBuilder text = new();
        string day = result.Started.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string count = result.Rows.Count.ToString(CultureInfo.InvariantCulture);
        text.Append($"{count} cases, kcptun-sim {result.Version}, {day}.\n\n");
        WriteCounts(text, result);
        text.Append('\n');
        Row(text, ["case", "level", "what must hold", .. result.Subjects.Select(subject => subject.Name)]);
        Row(text, ["---", "---", "---", .. result.Subjects.Select(_ => "---")]);
        foreach (SuiteRow row in result.Rows)
        {
            ScriptHeader header = row.Script.Header;
            Row(text,
            [
                $"`{header.Id}`", VerdictText.Of(header.Level), header.Title,
                .. row.Results.Select(one => VerdictText.Of(one.Verdict)),
            ]);
        }

        WriteRemarks(text, result);
        return text.ToString();
    }

    private static void WriteCounts(StringBuilder text, SuiteResult result)
    {
        Verdict[] verdicts = Enum.GetValues<Verdict>();
        Row(text, ["subject", "version", .. verdicts.Select(VerdictText.Of)]);
        Row(text, ["---", "---", .. verdicts.Select(_ => "---:")]);
        for (int i = 0; i < result.Subjects.Count; i++)
        {
            int subject = i;
            string[] counts =
                [.. verdicts.Select(one => result.Count(subject, one).ToString(CultureInfo.InvariantCulture))];
            Row(text, [result.Subjects[i].Name, result.Subjects[i].Version, .. counts]);
        }
    }

    /// <summary>Why something is neither a pass nor a mere lack.</summary>
    private static void WriteRemarks(StringBuilder text, SuiteResult result)
    {
        Verdict[] remarkable = [Verdict.Fail, Verdict.Error, Verdict.NonStrict, Verdict.Flaky, Verdict.Info];
        List<string> remarks = [];
        foreach (SuiteRow row in result.Rows)
        {
            for (int i = 0; i < row.Results.Count; i++)
            {
                CaseResult one = row.Results[i];
                if (remarkable.Contains(one.Verdict) && one.Reason.Length > 0)
                {
                    string verdict = VerdictText.Of(one.Verdict);
                    string subject = result.Subjects[i].Name;
                    remarks.Add($"* `{row.Script.Header.Id}` {subject}: {verdict}: {Cell(one.Reason)}\n");
                }
            }
        }

        if (remarks.Count > 0)
            text.Append("\nRemarks:\n\n").AppendJoin("", remarks);
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(Cell)).Append(" |\n");

    private static string Cell(string text) =>
        text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
