using KcpTun.Kcp.Auto;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tuning;

namespace KcpTun.Sim.BadLinks;

/// <summary>A link on which a parameter of mode auto is tried.</summary>
/// <param name="Link">Where, and what happens there.</param>
/// <param name="IsTowardsStock">Mode auto is at the sending end only.</param>
/// <param name="Measures">What the parameter is about there.</param>
internal sealed record SweptLink(BadLink Link, bool IsTowardsStock, IReadOnlyList<Measure> Measures)
{
    /// <summary>As the tables show it.</summary>
    public string Name => IsTowardsStock ? $"{Link.Name}, stock peer" : Link.Name;

    /// <summary>Modes and windows of both ends, as on the command line.</summary>
    public string Ends => IsTowardsStock ? BadLink.TowardsStock : BadLink.OursToOurs;

    /// <summary>Whether seeds differ there.</summary>
    public bool HasChance =>
        Link.Link.Contains("loss", StringComparison.Ordinal) || Link.Link.Contains("jitter", StringComparison.Ordinal);
}

/// <summary>A parameter of mode auto, the values that are tried, and where.</summary>
/// <param name="Name">The property of <see cref="AutoParameters"/>.</param>
/// <param name="Unit">What its values count.</param>
/// <param name="Values">In ascending order, the default among them.</param>
/// <param name="Set">Gives it a value.</param>
/// <param name="Why">What the links are to show, in one sentence.</param>
/// <param name="Links">Those that the parameter is about.</param>
internal sealed partial record ParameterSweep(
    string Name, string Unit, IReadOnlyList<int> Values, Func<AutoParameters, int, AutoParameters> Set, string Why,
    IReadOnlyList<SweptLink> Links)
{
    /// <summary>The place of the default among the values.</summary>
    public int DefaultIndex => Values.Index().First(value => With(value.Item) == AutoParameters.Default).Index;

    /// <summary>The defaults of mode auto but for one value.</summary>
    public AutoParameters With(int value) => Set(AutoParameters.Default, value);

    /// <summary>A variant for each value; an end that is not in mode auto stays as it is.</summary>
    public IReadOnlyList<Variant> Apply(Variant variant) =>
    [
        .. Values.Select(With).Select(auto => variant with
        {
            Client = IsAuto(variant.Client.Mode) ? variant.Client with { Auto = auto } : variant.Client,
            Server = IsAuto(variant.Server.Mode) ? variant.Server with { Auto = auto } : variant.Server,
        }),
    ];

    private static bool IsAuto(string mode) => mode == Candidate.AutoMode;
}

/// <summary>One measure of a link for each value of a parameter.</summary>
/// <param name="Link">Where.</param>
/// <param name="Measure">Of what.</param>
/// <param name="Values">In the order of the parameter's values.</param>
/// <param name="Gains">How many times as good as with the default.</param>
/// <param name="Differ">Whether a value differs from the default by enough to say so.</param>
internal sealed record SweptMeasure(
    SweptLink Link, Measure Measure, IReadOnlyList<double> Values, IReadOnlyList<double> Gains,
    IReadOnlyList<bool> Differ)
{
    /// <summary>Differences that are said, as a part of the default's figure, where chance does not explain them.
    /// </summary>
    private const double LeastDifference = 0.01;

    /// <summary>The same where there is no chance: less may be of this very link.</summary>
    private const double LeastWithoutChance = 0.05;

    /// <summary>As the tables show it.</summary>
    public string Name => $"{Link.Name}, {Measure.Name}";

    /// <param name="link">Where.</param>
    /// <param name="measure">Of what.</param>
    /// <param name="results">For each value of the parameter.</param>
    /// <param name="defaultIndex">Which of them is the default's.</param>
    public static SweptMeasure Of(
        SweptLink link, Measure measure, IReadOnlyList<VariantResult> results, int defaultIndex)
    {
        double[] values = [.. results.Select(result => measure.Read(LinkFigures.Of(result)))];
        double[] gains = [.. values.Select(value => measure.Gain(value, values[defaultIndex]))];
        double[][] seeds = [.. results.Select(result => PerSeed(result, measure))];
        return new SweptMeasure(link, measure, values, gains, [.. gains.Zip(seeds, Differs)]);

        bool Differs(double gain, double[] one) => link.HasChance
            ? Math.Abs(gain - 1) >= LeastDifference
                && Statistics.Difference(one, seeds[defaultIndex]).ExcludesZero
            : Math.Abs(gain - 1) >= LeastWithoutChance;
    }

    private static double[] PerSeed(VariantResult result, Measure measure) =>
        [.. result.Seeds.Select(seed => measure.Read(LinkFigures.Of(result.Variant.Name, seed)))];
}

/// <summary>What the values of a parameter did.</summary>
/// <param name="Sweep">The parameter.</param>
/// <param name="Measures">Those of all its links.</param>
internal sealed record SweptParameter(ParameterSweep Sweep, IReadOnlyList<SweptMeasure> Measures);
