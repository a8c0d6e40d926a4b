namespace KcpTun.Sim.Tuning;

/// <summary>
/// What the user wants most, as exponents: the score of a setting is goodput^a / (p99^b · wire^c). Only the ratio of
/// two scores means anything, so the order of two settings does not depend on which others were tried, nor on units.
/// </summary>
/// <param name="Name">As <c>--goal</c> has it.</param>
/// <param name="Goodput">a.</param>
/// <param name="Latency">b.</param>
/// <param name="Wire">c.</param>
internal sealed record TuneGoal(string Name, int Goodput, int Latency, int Wire)
{
    /// <summary>How much more the named figure counts than each of the two others.</summary>
    private const int Emphasis = 4;

    /// <summary>The goal of a command that names none.</summary>
    public static TuneGoal Balanced { get; } = new("balanced", 1, 1, 1);

    public static IReadOnlyList<TuneGoal> All { get; } =
    [
        Balanced,
        new("latency", 1, Emphasis, 1),
        new("goodput", Emphasis, 1, 1),
        new("cheap", 1, 1, Emphasis),
    ];

    /// <summary>Larger is better. A figure that no workload measures counts as one.</summary>
    public double Score(in TuneFigures figures) =>
        Power(figures.Goodput, Goodput) / Power(figures.P99, Latency) / Power(figures.Wire, Wire);

    /// <summary>The rule in words.</summary>
    public string Describe() => $"goodput{Raised(Goodput)} / (p99{Raised(Latency)} · wire{Raised(Wire)})";

    private static double Power(double? value, int exponent)
    {
        double product = 1;
        for (int i = 0; i < exponent; i++)
            product *= value ?? 1;
        return product;
    }

    private static string Raised(int exponent) => exponent == 1 ? "" : $"^{exponent}";
}
