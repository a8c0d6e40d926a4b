using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd.Scenarios;

/// <summary>Something that is done with a tunnel to measure it.</summary>
internal abstract class Scenario(string id, string title)
{
    protected const double Mebibyte = 1 << 20;

    /// <summary>Short name, the key of its samples.</summary>
    public string Id { get; } = id;

    /// <summary>What is done, for readers.</summary>
    public string Title { get; } = title;

    /// <summary>Whether it is done with a pair of which one end is ours.</summary>
    public bool IncludesMixedPairs { get; init; }

    /// <summary>Seconds that it takes of a tunnel of such a goodput, roughly.</summary>
    /// <param name="bytesPerSecond">What one stream is expected to carry.</param>
    public abstract double EstimateSeconds(double bytesPerSecond);

    /// <summary>Whether this pair has anything to show here.</summary>
    public virtual bool TakesPart(Pair pair)
    {
        OurEnds ours = Subject.Parse(pair.ToString()).Ours;
        return IncludesMixedPairs || ours is OurEnds.Both or OurEnds.None;
    }

    /// <summary>Does it once.</summary>
    /// <returns>Figures by name; the names end with the unit.</returns>
    /// <exception cref="IOException">The tunnel broke, or lost something.</exception>
    public abstract Task<IReadOnlyDictionary<string, double>> MeasureAsync(Pair pair, CancellationToken cancellation);
}
