namespace KcpTun.Sim.Reports;

/// <summary>
/// A report as one HTML file that needs no other: figures, drawings, and the scripts that make them answer. It is
/// well-formed XML, and the same for the same model.
/// </summary>
public static class HtmlReport
{
    private static readonly string[] s_scripts = ["report.js", "sweep.js", "sequence.js"];

    /// <exception cref="IOException">The output cannot be written.</exception>
    public static void Write(ReportModel model, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var markup = new MarkupWriter(output);
        using MarkupWriter.Scope html = markup.Open("html", ("lang", "en"));
        WriteHead(markup, model);
        using MarkupWriter.Scope body = markup.Open("body");
        WriteHeader(markup, model);
        using (markup.Open("main"))
        {
            if (model.Variants.Count > 0)
                WriteVariants(markup, model.Variants);
            if (model.Sweep is not null)
                WriteInteractive(markup, "sweep", "Sweep", "Select a cell to see and copy its command.");
            if (model.TimeSequence is not null)
                WriteSequence(markup, model.TimeSequence);
        }

        WriteFooter(markup, model);
        markup.Json("data", ReportData.Serialize(model));
        foreach (string script in s_scripts)
            markup.Verbatim("script", Resources.Read(script));
    }

    private static void WriteHead(MarkupWriter markup, ReportModel model)
    {
        using (markup.Open("head"))
        {
            markup.Leaf("meta", "", ("charset", "utf-8"));
            markup.Leaf("meta", "", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            markup.Leaf("meta", "", ("name", "color-scheme"), ("content", "light dark"));
            markup.Leaf("title", model.Title);
            markup.Verbatim("style", Resources.Read("report.css"));
        }
    }

    private static void WriteHeader(MarkupWriter markup, ReportModel model)
    {
        using (markup.Open("header"))
        {
            markup.Leaf("h1", model.Title);
            WriteCommand(markup, model.Command);
            using (markup.Open("dl"))
            {
                Fact("link", model.Link);
                Fact("workload", model.Workload);
                Fact("seeds", model.Seeds);
                Fact("engine", model.Engine);
                Fact("trace hash", model.TraceHash);
            }

            if (model.Verdicts.Count > 0)
            {
                using (markup.Open("ul", ("class", "verdicts")))
                {
                    foreach (string verdict in model.Verdicts)
                        markup.Leaf("li", verdict);
                }
            }
        }

        void Fact(string name, string value)
        {
            markup.Leaf("dt", name);
            markup.Leaf("dd", value);
        }
    }

    private static void WriteCommand(MarkupWriter markup, string command)
    {
        using (markup.Open("p", ("class", "command")))
        {
            markup.Leaf("code", command);
            markup.Leaf("button", "copy", ("type", "button"), ("data-copy", command));
        }
    }

    private static void WriteVariants(MarkupWriter markup, IReadOnlyList<ReportVariant> variants)
    {
        using (markup.Open("section", ("class", "wide")))
        {
            markup.Leaf("h2", "Results");
            SummaryTable.Write(markup, variants);
        }

        Chart("Goodput", "Mean over the seeds, with its confidence interval; dots are single seeds.",
            () => VariantCharts.Goodput(markup, variants));
        if (variants.Any(variant => variant.LatenciesMs.Count > 0))
        {
            Chart("Latency", "Share of the answers that came within a time.", () =>
            {
                VariantCharts.Latency(markup, variants);
                markup.Leaf("p", "", ("class", "readout"), ("id", "latency-readout"));
                WriteLegend(markup, variants.Select((variant, i) => (variant.Name, SvgChart.Series(i))));
            });
        }

        Chart("On the wire", "What the bytes on the wire were for, IP and UDP headers included.", () =>
        {
            VariantCharts.Wire(markup, variants);
            WriteLegend(markup, WirePart.All.Select((part, i) => (part.Name, SvgChart.Part(i))));
        });

        void Chart(string title, string hint, Action draw)
        {
            using (markup.Open("section"))
            {
                markup.Leaf("h2", title);
                markup.Leaf("p", hint, ("class", "hint"));
                draw();
            }
        }
    }

    private static void WriteLegend(MarkupWriter markup, IEnumerable<(string Name, string Style)> entries)
    {
        using (markup.Open("ul", ("class", "legend")))
        {
            foreach ((string name, string style) in entries)
            {
                using (markup.Open("li"))
                {
                    markup.Leaf("span", "", ("class", $"swatch {style}"));
                    markup.Leaf("span", name);
                }
            }
        }
    }

    /// <summary>A section that its script fills.</summary>
    private static void WriteInteractive(MarkupWriter markup, string id, string title, string hint)
    {
        using (markup.Open("section", ("class", "wide")))
        {
            markup.Leaf("h2", title);
            markup.Leaf("p", hint, ("class", "hint"));
            markup.Leaf("div", "", ("id", id));
            markup.Leaf("noscript", "This view needs its script.");
        }
    }

    private static void WriteSequence(MarkupWriter markup, TimeSequence sequence)
    {
        WriteInteractive(markup, "sequence", $"Time sequence: {sequence.Name}", "Drag to zoom, double-click to see all.");
        using (markup.Open("section", ("class", "wide notes")))
        {
            WriteCommand(markup, sequence.Command);
            foreach (string note in sequence.Notes)
                markup.Leaf("p", note, ("class", "hint"));
        }
    }

    private static void WriteFooter(MarkupWriter markup, ReportModel model)
    {
        using (markup.Open("footer"))
            markup.Leaf("p", $"Made by {model.Engine}. The same command gives the same report.");
    }
}
