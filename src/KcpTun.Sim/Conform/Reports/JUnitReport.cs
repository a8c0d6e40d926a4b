using System.Globalization;
using System.Text;
using System.Xml;
using KcpTun.Sim.Conform.Running;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>The result as JUnit's XML, which every CI can show: one suite for each subject.</summary>
internal static class JUnitReport
{
    public static string Write(SuiteResult result)
    {
        StringBuilder text = new();
        XmlWriterSettings settings = new() { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" };
        using (XmlWriter xml = XmlWriter.Create(text, settings))
        {
            xml.WriteStartElement("testsuites");
            for (int i = 0; i < result.Subjects.Count; i++)
                WriteSuite(xml, result, i);
            xml.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static void WriteSuite(XmlWriter xml, SuiteResult result, int subject)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", result.Subjects[subject].Name);
        xml.WriteAttributeString("tests", Number(result.Rows.Count));
        xml.WriteAttributeString("failures", Number(result.Count(subject, Verdict.Fail)));
        xml.WriteAttributeString("errors", Number(result.Count(subject, Verdict.Error)));
        xml.WriteAttributeString("skipped", Number(result.Count(subject, Verdict.Unsupported)));
        xml.WriteAttributeString("timestamp", result.Started.ToString("s", CultureInfo.InvariantCulture));
        foreach (SuiteRow row in result.Rows)
            WriteCase(xml, row, row.Results[subject]);
        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, SuiteRow row, CaseResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("name", $"{row.Script.Header.Id} {row.Script.Header.Title}");
        xml.WriteAttributeString("classname", VerdictText.Of(row.Script.Header.Level));
        string? element = result.Verdict switch
        {
            Verdict.Fail => "failure",
            Verdict.Error => "error",
            Verdict.Unsupported => "skipped",
            _ => null,
        };
        if (element is not null)
        {
            xml.WriteStartElement(element);
            xml.WriteAttributeString("message", Clean(result.Reason));
            xml.WriteString(Clean(result.Last?.Actual ?? ""));
            xml.WriteEndElement();
        }
        else if (result.Verdict != Verdict.Pass)
        {
            xml.WriteElementString("system-out", Clean($"{VerdictText.Of(result.Verdict)}: {result.Reason}"));
        }

        xml.WriteEndElement();
    }

    /// <summary>What the subject printed may hold characters that XML cannot.</summary>
    private static string Clean(string text) =>
        string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD'));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
