using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Sweeps;

/// <summary>
/// What cells are compared with: for <c>mode=normal</c> each cell meets the one that differs from it in the mode alone.
/// </summary>
public sealed class SweepBaseline
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _points;

    private SweepBaseline(IReadOnlyList<KeyValuePair<string, string>> points) => _points = points;

    /// <param name="words">Each <c>axis=value</c>.</param>
    /// <param name="plan">The sweep, which must have these values.</param>
    /// <param name="baseline">The baseline, or null.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryParse(IReadOnlyList<string> words, SweepPlan plan, out SweepBaseline? baseline)
    {
        baseline = null;
        List<KeyValuePair<string, string>> points = [];
        foreach (string word in words)
        {
            string[] halves = word.Split('=', 2);
            SweepAxis? axis = plan.Axes.FirstOrDefault(axis => axis.Name == halves[0]);
            if (halves.Length != 2 || axis is null)
            {
                string names = plan.Axes.Count == 0
                    ? "; no option has several values here"
                    : $" with one of {string.Join(", ", plan.Axes.Select(axis => axis.Name))}";
                return $"--baseline {word}: write axis=value{names}";
            }

            if (!axis.Values.Contains(halves[1]))
                return $"--baseline {word}: the values of {axis.Name} are {string.Join(", ", axis.Values)}";
            points.Add(KeyValuePair.Create(halves[0], halves[1]));
        }

        baseline = points.Count == 0 ? null : new SweepBaseline(points);
        return null;
    }

    public override string ToString() =>
        string.Join(' ', _points.Select(point => ShellWords.Quote($"{point.Key}={point.Value}")));

    /// <summary>The name of the cell that <paramref name="cell"/> is compared with.</summary>
    internal string NameFor(SweepCell cell) => string.Join(' ', cell.Coordinates.Select(point =>
    {
        KeyValuePair<string, string> given = _points.FirstOrDefault(other => other.Key == point.Key);
        return ShellWords.Quote($"{point.Key}={given.Value ?? point.Value}");
    }));
}
