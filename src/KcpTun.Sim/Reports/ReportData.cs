using System.Text;
using System.Text.Json;

namespace KcpTun.Sim.Reports;

/// <summary>What the scripts of a report draw from.</summary>
internal static class ReportData
{
    private const long Microsecond = 1_000;

    /// <summary>JSON without angle brackets or ampersands: they are escaped.</summary>
    public static string Serialize(ReportModel model)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            WriteLatency(json, model.Variants);
            if (model.Sweep is not null)
                WriteSweep(json, model.Sweep);
            if (model.TimeSequence is not null)
                WriteSequence(json, model.TimeSequence);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteLatency(Utf8JsonWriter json, IReadOnlyList<ReportVariant> variants)
    {
        if (variants.All(variant => variant.LatenciesMs.Count == 0))
            return;
        AxisScale scale = VariantCharts.LatencyScale(variants);
        json.WriteStartObject("latency");
        json.WriteNumber("left", VariantCharts.LatencyLeft);
        json.WriteNumber("right", VariantCharts.LatencyRight);
        json.WriteNumber("top", VariantCharts.LatencyTop);
        json.WriteNumber("bottom", VariantCharts.LatencyBottom);
        json.WriteBoolean("isLogarithmic", scale.IsLogarithmic);
        json.WriteNumber("low", scale.Low);
        json.WriteNumber("high", scale.High);
        json.WriteStartArray("variants");
        foreach (ReportVariant variant in variants)
        {
            json.WriteStartObject();
            json.WriteString("name", variant.Name);
            json.WriteStartArray("points");
            foreach (double point in VariantCharts.Distribution(variant.LatenciesMs))
                json.WriteNumberValue(Math.Round(point, 3));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSweep(Utf8JsonWriter json, ReportSweep sweep)
    {
        json.WriteStartObject("sweep");
        json.WriteStartArray("axes");
        foreach (ReportAxis axis in sweep.Axes)
        {
            json.WriteStartObject();
            json.WriteString("name", axis.Name);
            WriteStrings(json, "values", axis.Values);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("metrics");
        foreach (ReportMetric metric in sweep.Metrics)
        {
            json.WriteStartObject();
            json.WriteString("name", metric.Name);
            json.WriteBoolean("isHigherBetter", metric.IsHigherBetter);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteStrings(json, "variants", sweep.Variants);
        json.WriteStartArray("cells");
        foreach (ReportCell cell in sweep.Cells)
            WriteCell(json, cell);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter json, ReportCell cell)
    {
        json.WriteStartObject();
        json.WriteNumber("variant", cell.Variant);
        json.WriteStartArray("position");
        foreach (int index in cell.Position)
            json.WriteNumberValue(index);
        json.WriteEndArray();
        json.WriteStartArray("values");
        foreach (double? value in cell.Values)
        {
            if (value is { } number && double.IsFinite(number))
                json.WriteNumberValue(number);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
        json.WriteString("command", cell.Command);
        json.WriteEndObject();
    }

    /// <summary>Times in microseconds and numbers, each as the difference from the one before.</summary>
    private static void WriteSequence(Utf8JsonWriter json, TimeSequence sequence)
    {
        json.WriteStartArray("sequence");
        foreach (TimeSequenceTrack track in sequence.Tracks)
        {
            json.WriteStartObject();
            json.WriteString("name", track.Name);
            json.WriteStartArray("series");
            foreach (TimeSequenceSeries series in track.Series)
            {
                json.WriteStartObject();
                json.WriteNumber("kind", (int)series.Kind);
                json.WriteNumber("stride", series.Stride);
                WriteDifferences(json, "times", series.Points.Select(point => point.Time / Microsecond));
                WriteDifferences(json, "numbers", series.Points.Select(point => point.SequenceNumber));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDifferences(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        long last = 0;
        json.WriteStartArray(name);
        foreach (long value in values)
        {
            json.WriteNumberValue(value - last);
            last = value;
        }

        json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
