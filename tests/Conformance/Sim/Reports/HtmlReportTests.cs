using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using KcpTun.Sim.Reports;

namespace KcpTun.Conformance.Sim.Reports;

[Parallelizable(ParallelScope.All)]
public sealed class HtmlReportTests
{
    private static readonly XNamespace s_html = "http://www.w3.org/1999/xhtml";
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Test]
    public void The_file_is_well_formed_and_shows_every_variant_with_its_command()
    {
        ReportModel model = SampleReport.Model();
        XDocument page = XDocument.Parse(Html(model));

        string[] commands = [.. page.Descendants().Attributes("data-copy").Select(attribute => attribute.Value)];
        commands.ShouldContain(model.Command);
        foreach (ReportVariant variant in model.Variants)
        {
            commands.ShouldContain(variant.ReproduceCommand);
            foreach (string chart in (string[])["goodput", "wire"])
                Chart(page, chart).Value.ShouldContain(variant.Name);
        }

        string text = page.Root!.Value;
        foreach (string fact in (string[])[model.Link, model.Workload, model.Seeds, model.TraceHash, model.Engine])
            text.ShouldContain(fact);
    }

    [Test]
    public void The_file_needs_no_other()
    {
        XDocument page = XDocument.Parse(Html(SampleReport.Model()));

        page.Descendants().Attributes()
            .Where(attribute => attribute.Name.LocalName is "src" or "href" or "srcset" or "action")
            .ShouldBeEmpty();
        page.Descendants(s_html + "style").Single().Value.ShouldNotContain("url(");
        page.Descendants(s_html + "script").ShouldAllBe(script => !script.Value.Contains("import("));
    }

    [Test]
    public void The_structure_of_the_page_is_as_recorded()
    {
        XDocument page = XDocument.Parse(Html(SampleReport.Model()));

        page.Descendants(s_html + "h2").Select(heading => heading.Value).ShouldBe(
            ["Results", "Goodput", "Latency", "On the wire", "Sweep", "Time sequence: fast3, seed 1"]);
        page.Descendants(s_html + "tr").Count().ShouldBe(9);
        page.Descendants(s_html + "th").Count().ShouldBe(18 + 8);
        Chart(page, "goodput").Descendants(s_svg + "rect").Count().ShouldBe(8);
        Chart(page, "goodput").Descendants(s_svg + "circle").Count().ShouldBe(64);
        Chart(page, "latency").Descendants(s_svg + "path").Count().ShouldBe(8);
        Chart(page, "wire").Descendants(s_svg + "rect").Count().ShouldBe((7 * 8) - 4 - 2);
    }

    [Test]
    public void Bars_are_as_long_as_their_values()
    {
        ReportModel model = SampleReport.Model();
        XElement[] bars = [.. Chart(XDocument.Parse(Html(model)), "goodput").Descendants(s_svg + "rect")];
        double[] widths = [.. bars.Select(bar => (double)bar.Attribute("width")!)];

        double scale = widths[0] / model.Variants[0].Goodput!.Value.Mean;
        for (int i = 0; i < widths.Length; i++)
            (widths[i] / model.Variants[i].Goodput!.Value.Mean / scale).ShouldBe(1, 0.005);
    }

    [Test]
    public void The_script_has_every_cell_and_every_point()
    {
        ReportModel model = SampleReport.Model();
        JsonElement data = Data(model);

        JsonElement cells = data.GetProperty("sweep").GetProperty("cells");
        cells.GetArrayLength().ShouldBe(model.Sweep!.Cells.Count);
        cells.EnumerateArray().Select(cell => cell.GetProperty("command").GetString())
            .ShouldBe(model.Sweep.Cells.Select(cell => cell.Command));
        cells[8].GetProperty("values")[0].ValueKind.ShouldBe(JsonValueKind.Null);
        TimeSequenceTrack track = model.TimeSequence!.Tracks[0];
        JsonElement series = data.GetProperty("sequence")[0].GetProperty("series");
        for (int i = 0; i < track.Series.Count; i++)
        {
            long[] times = Sums(series[i].GetProperty("times"));
            long[] numbers = Sums(series[i].GetProperty("numbers"));
            times.ShouldBe(track.Series[i].Points.Select(point => point.Time / 1000));
            numbers.ShouldBe(track.Series[i].Points.Select(point => point.SequenceNumber));
        }
    }

    [TestCase("<script>alert(1)</script>", TestName = "Hostile_names_stay_text(script)")]
    [TestCase("</script><img src=x onerror=alert(1)>", TestName = "Hostile_names_stay_text(end of script)")]
    [TestCase("\"'><b>&amp;&lt;]]>", TestName = "Hostile_names_stay_text(quotes and entities)")]
    [TestCase("\u0001 \u001b \ud83d \ud83d\ude00", TestName = "Hostile_names_stay_text(controls and half a pair)")]
    [TestCase("mode\nline\ttab", TestName = "Hostile_names_stay_text(lines)")]
    public void Hostile_names_stay_text(string name)
    {
        ReportModel sample = SampleReport.Model();
        ReportModel model = sample with
        {
            Title = name,
            Command = name,
            Link = name,
            Verdicts = [name],
            Variants =
            [
                sample.Variants[0] with { Name = name, Flags = name, ReproduceCommand = name, Failure = name },
            ],
            Sweep = sample.Sweep! with { Variants = [name, name, name, name], Axes = [new ReportAxis(name, [name])] },
            TimeSequence = sample.TimeSequence! with { Name = name, Command = name, Notes = [name] },
        };

        string html = Html(model);

        html.ShouldNotContain("<script>alert");
        html.ShouldNotContain("<img");
        html.ShouldNotContain("<b>");
        XDocument page = XDocument.Parse(html);
        page.Descendants(s_html + "h1").Single().Value.Where(c => c < ' ' && !char.IsWhiteSpace(c)).ShouldBeEmpty();
        page.Descendants(s_html + "script").Count().ShouldBe(4);
        if (name.All(char.IsAscii) && !name.Any(char.IsControl))
        {
            page.Descendants(s_html + "h1").Single().Value.ShouldBe(name);
            Data(model).GetProperty("sweep").GetProperty("variants")[0].GetString().ShouldBe(name);
        }
    }

    [Test]
    public void Equal_models_make_equal_files_in_every_culture()
    {
        string expected = Html(SampleReport.Model());
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            other.NumberFormat.NumberDecimalSeparator = ",";
            other.NumberFormat.NumberGroupSeparator = ".";
            other.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = other;
            Html(SampleReport.Model()).ShouldBe(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void A_run_that_delivered_nothing_can_be_shown()
    {
        ReportVariant nothing = SampleReport.Variant("fast", 1, false) with
        {
            Goodput = default,
            SeedGoodputs = [],
            LatenciesMs = [],
            Latency = null,
            DeliveredBytes = 0,
            WireRatio = double.PositiveInfinity,
            IsComplete = false,
            Failure = null,
        };
        ReportModel model = SampleReport.Model() with { Variants = [nothing], Sweep = null, TimeSequence = null };
        XDocument page = XDocument.Parse(Html(model));

        page.Root!.Value.ShouldContain("nothing delivered");
        page.Root!.Value.ShouldContain("did not finish");
        page.Descendants(s_html + "h2").ShouldNotContain(heading => heading.Value == "Latency");
        PngReport.Render(model).ShouldNotBeEmpty();
    }

    [Test]
    public void A_workload_without_goodput_has_no_bars_for_it()
    {
        ReportVariant echo = SampleReport.Variant("fast", 1, false) with { Goodput = null, SeedGoodputs = [] };
        ReportModel model = SampleReport.Model() with { Variants = [echo], Sweep = null, TimeSequence = null };
        XDocument page = XDocument.Parse(Html(model));

        string[] headings = [.. page.Descendants(s_html + "h2").Select(heading => heading.Value)];
        headings.ShouldBe(["Results", "Latency", "On the wire"]);
        PngReport.Render(model).ShouldNotBeEmpty();
    }

    [TestCase(0.5, 4.5, new[] { 0.0, 1, 2, 3, 4, 5 })]
    [TestCase(1, 97, new[] { 1.0, 2, 5, 10, 20, 50, 100 })]
    [TestCase(205, 900, new[] { 0.0, 200, 400, 600, 800, 1000 })]
    [TestCase(0, 0, new[] { 0.0, 0.2, 0.4, 0.6, 0.8, 1 })]
    public void Ticks_are_round_and_cover_the_values(double min, double max, double[] expected)
    {
        double[] ticks = [.. AxisScale.For(min, max, 5).Ticks];

        ticks.Length.ShouldBe(expected.Length);
        for (int i = 0; i < ticks.Length; i++)
            ticks[i].ShouldBe(expected[i], 1e-9);
    }

    [Test]
    public void Percentiles_are_samples() =>
        ReportLatency.From([.. Enumerable.Range(1, 200).Select(i => (double)i)])
            .ShouldBe(new ReportLatency(100, 180, 190, 198, 200));

    private static XElement Chart(XDocument page, string id) =>
        page.Descendants(s_svg + "svg").Single(svg => svg.Attribute("id")?.Value == id);

    private static JsonElement Data(ReportModel model) => JsonDocument.Parse(
        XDocument.Parse(Html(model)).Descendants(s_html + "script")
            .Single(script => script.Attribute("id")?.Value == "data").Value).RootElement;

    private static long[] Sums(JsonElement differences)
    {
        long sum = 0;
        return [.. differences.EnumerateArray().Select(difference => sum += difference.GetInt64())];
    }

    private static string Html(ReportModel model)
    {
        using var writer = new StringWriter();
        HtmlReport.Write(model, writer);
        return writer.ToString();
    }
}
