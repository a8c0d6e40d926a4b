using System.Globalization;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Reports;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>
/// The matrix as one HTML file that needs no other: rows are cases, columns subjects, and behind every case its page
/// with the script, what was on the wire, what differed, and a capture.
/// </summary>
internal static class MatrixHtml
{
    /// <summary>Datagrams shown of a result that needs to be looked into.</summary>
    private const int MaxLines = 120;

    /// <summary>And of one that passed: with hundreds of cases more would make the file too large to open.</summary>
    private const int MaxLinesOfPass = 16;

    /// <summary>Characters of a line; the capture has all bytes.</summary>
    private const int MaxLine = 300;

    public static string Write(SuiteResult result)
    {
        StringWriter text = new(CultureInfo.InvariantCulture);
        using (MarkupWriter markup = new(text))
            Write(markup, result);
        return text.ToString();
    }

    private static void Write(MarkupWriter markup, SuiteResult result)
    {
        using MarkupWriter.Scope html = markup.Open("html", ("lang", "en"));
        using (markup.Open("head"))
        {
            markup.Leaf("meta", "", ("charset", "utf-8"));
            markup.Leaf("meta", "", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            markup.Leaf("title", "kcptun conformance");
            markup.Verbatim("style", Resources.Read("report.css") + Resources.Read("matrix.css"));
        }

        using MarkupWriter.Scope body = markup.Open("body");
        WriteHeader(markup, result);
        WriteMatrix(markup, result);
        foreach (SuiteRow row in result.Rows)
            WriteCase(markup, result, row);
    }

    private static void WriteHeader(MarkupWriter markup, SuiteResult result)
    {
        using MarkupWriter.Scope header = markup.Open("header");
        markup.Leaf("h1", "kcptun conformance");
        string when = result.Started.ToString("u", CultureInfo.InvariantCulture);
        string seconds = result.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        markup.Leaf("p", $"{result.Rows.Count} cases, kcptun-sim {result.Version}, {when}, {seconds} s");
        Verdict[] verdicts = Enum.GetValues<Verdict>();
        using MarkupWriter.Scope table = markup.Open("table");
        using (markup.Open("tr"))
        {
            markup.Leaf("th", "subject");
            foreach (Verdict verdict in verdicts)
                markup.Leaf("th", VerdictText.Of(verdict));
        }

        for (int i = 0; i < result.Subjects.Count; i++)
        {
            using MarkupWriter.Scope line = markup.Open("tr");
            SuiteSubject subject = result.Subjects[i];
            markup.Leaf("th", subject.Version.Length > 0 ? $"{subject.Name} ({subject.Version})" : subject.Name);
            foreach (Verdict verdict in verdicts)
                markup.Leaf("td", result.Count(i, verdict).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteMatrix(MarkupWriter markup, SuiteResult result)
    {
        using MarkupWriter.Scope section = markup.Open("section", ("class", "matrix"));
        using MarkupWriter.Scope table = markup.Open("table");
        using (markup.Open("tr"))
        {
            foreach (string heading in new[] { "case", "level", "what must hold" })
                markup.Leaf("th", heading);
            foreach (SuiteSubject subject in result.Subjects)
                markup.Leaf("th", subject.Name);
        }

        foreach (SuiteRow row in result.Rows)
        {
            ScriptHeader header = row.Script.Header;
            using MarkupWriter.Scope line = markup.Open("tr");
            using (markup.Open("td"))
                markup.Leaf("a", header.Id, ("href", $"#{header.Id}"));
            markup.Leaf("td", VerdictText.Of(header.Level));
            markup.Leaf("td", header.Title, ("class", "title"));
            foreach (CaseResult one in row.Results)
            {
                string verdict = VerdictText.Of(one.Verdict);
                markup.Leaf("td", verdict, ("class", $"v-{verdict}"), ("title", one.Reason));
            }
        }
    }

    private static void WriteCase(MarkupWriter markup, SuiteResult result, SuiteRow row)
    {
        ScriptHeader header = row.Script.Header;
        using MarkupWriter.Scope section = markup.Open("section", ("id", header.Id), ("class", "case"));
        markup.Leaf("h2", $"{header.Id}: {header.Title}");
        markup.Leaf("p", $"{VerdictText.Of(header.Level)}, layer {VerdictText.Of(header.Layer)}, {header.Reference}");
        markup.Leaf("pre", row.Script.Source);
        for (int i = 0; i < row.Results.Count; i++)
            WriteResult(markup, result, row, i);
    }

    private static void WriteResult(MarkupWriter markup, SuiteResult result, SuiteRow row, int subject)
    {
        CaseResult one = row.Results[subject];
        string verdict = VerdictText.Of(one.Verdict);
        using MarkupWriter.Scope details = markup.Open("details");
        string tries = one.Tries > 1 ? $" ({one.Passes}/{one.Tries})" : "";
        markup.Leaf("summary", $"{result.Subjects[subject].Name}: {verdict}{tries}", ("class", $"v-{verdict}"));
        if (one.Reason.Length > 0)
            markup.Leaf("p", one.Reason);
        if (one.Last is not { } last)
            return;
        if (last.Actual is { } actual)
            markup.Leaf("pre", $"came instead:\n{actual}", ("class", "diff"));
        int limit = one.Verdict is Verdict.Pass or Verdict.Info ? MaxLinesOfPass : MaxLines;
        IEnumerable<string> lines = WireText.Lines(row.Script.Header, last.Log, limit)
            .Select(line => line.Length > MaxLine ? $"{line[..MaxLine]}…" : line);
        markup.Leaf("pre", string.Join('\n', lines));
        byte[] capture = CaseCapture.Write(row.Script, last.Log, $"kcptun-sim {result.Version}", limit);
        string name = row.Script.Header.Id.Replace('/', '-');
        markup.Leaf("a", "capture (pcapng)",
            ("download", $"{name}-{result.Subjects[subject].Name}.pcapng"),
            ("href", $"data:application/octet-stream;base64,{Convert.ToBase64String(capture)}"));
        if (last.Output.Length > 0 && one.Verdict is Verdict.Fail or Verdict.Error)
            markup.Leaf("pre", last.Output);
    }
}
