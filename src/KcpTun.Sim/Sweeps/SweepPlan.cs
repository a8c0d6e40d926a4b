using System.IO.Hashing;
using System.Text;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Sweeps;

/// <summary>An option that takes several values in a sweep.</summary>
public sealed record SweepAxis(string Name, IReadOnlyList<string> Values);

/// <summary>One point of the grid: an experiment with one variant.</summary>
/// <param name="Coordinates">A value for each axis.</param>
/// <param name="Plan">What runs there.</param>
public sealed record SweepCell(IReadOnlyList<KeyValuePair<string, string>> Coordinates, ExperimentPlan Plan)
{
    /// <summary>As in <c>loss=10 mode=fast</c>; unique within a sweep.</summary>
    public string Name { get; } =
        string.Join(' ', Coordinates.Select(point => ShellWords.Quote($"{point.Key}={point.Value}")));

    public Variant Variant => Plan.Variants[0];
}

/// <summary>A grid of experiments. All cells have the same seeds, so that they can be compared in pairs.</summary>
public sealed class SweepPlan
{
    internal SweepPlan(PlanArguments arguments, IReadOnlyList<SweepAxis> axes, IReadOnlyList<SweepCell> cells)
    {
        Arguments = arguments;
        Axes = axes;
        Cells = cells;
        IEnumerable<string> commands = cells.Select(cell => cell.Plan.ReproduceCommand());
        Id = Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(string.Join('\n', commands))));
    }

    /// <summary>What was given, with lists and ranges.</summary>
    public PlanArguments Arguments { get; }

    public IReadOnlyList<SweepAxis> Axes { get; }

    /// <summary>The grid; the last axis changes fastest.</summary>
    public IReadOnlyList<SweepCell> Cells { get; }

    /// <summary>Names the grid, however its values were spelt; 32 hexadecimal digits.</summary>
    public string Id { get; }

    public int RunCount => Cells.Sum(cell => cell.Plan.RunCount);
}
