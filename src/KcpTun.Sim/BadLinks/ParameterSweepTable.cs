using System.Globalization;
using System.Text;

namespace KcpTun.Sim.BadLinks;

/// <summary>What the values of a parameter did, as Markdown.</summary>
internal static class ParameterSweepTable
{
    /// <param name="result">A parameter.</param>
    /// <param name="seeds">Of each run where there is chance.</param>
    public static string Of(SweptParameter result, int seeds)
    {
        ParameterSweep sweep = result.Sweep;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"### {sweep.Name}\n\n{sweep.Why} Seeds: {seeds}.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| {sweep.Unit} |");
        foreach (SweptMeasure measure in result.Measures)
            text.Append(CultureInfo.InvariantCulture, $" {measure.Name} |");
        text.Append("\n|--:|").Insert(text.Length, "--:|", result.Measures.Count).Append('\n');
        foreach ((int index, int value) in sweep.Values.Index())
        {
            string mark = index == sweep.DefaultIndex ? "**" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {mark}{value}{mark} |");
            foreach (SweptMeasure measure in result.Measures)
                text.Append(CultureInfo.InvariantCulture, $" {mark}{Cell(measure, index)}{mark} |");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Cell(SweptMeasure measure, int index)
    {
        string value = measure.Values[index].ToString($"F{measure.Measure.Decimals}", CultureInfo.InvariantCulture);
        return measure.Differ[index] ? $"{value} {(measure.Gains[index] > 1 ? '+' : '\u2212')}" : value;
    }
}
