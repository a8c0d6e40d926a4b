using KcpTun.Sim.Engine;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Tuning;

/// <summary>The three figures between which every setting is a compromise.</summary>
/// <param name="Goodput">10^6 application bytes a second, mean over seeds; null without a bulk transfer.</param>
/// <param name="P99">ms, of all samples of all seeds; null without latencies.</param>
/// <param name="Wire">Bytes on the wire for each byte delivered.</param>
internal readonly record struct TuneFigures(double? Goodput, double? P99, double? Wire)
{
    public static TuneFigures Of(VariantResult result) => new(
        result.Estimate(Metric.Goodput)?.Mean / 1e6,
        result.All.Latency(990) / SimTime.Millisecond,
        Metric.Wire.Read(result.All));

    /// <summary>Whether these are nowhere worse than the others by more than the tolerance.</summary>
    public bool Covers(in TuneFigures other, double tolerance)
    {
        double least = 1 - tolerance;
        return Gain(Goodput, other.Goodput) >= least
            && Gain(other.P99, P99) >= least
            && Gain(other.Wire, Wire) >= least;
    }

    private static double Gain(double? numerator, double? denominator) =>
        numerator is { } above && denominator is > 0 ? above / denominator.Value : 1;
}
