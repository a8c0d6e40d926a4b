using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Tuning;

/// <summary>
/// The path as it may turn out to be instead: a little worse, a little better, or with its losses in bursts.
/// </summary>
/// <param name="Name">What differs, as in <c>loss +30 %</c>.</param>
/// <param name="Path">The path.</param>
internal sealed record LinkVariation(string Name, PathSpec Path)
{
    /// <summary>How far each figure is moved, percent.</summary>
    public const int Percent = 30;

    /// <summary>Mean length of the bursts, packets.</summary>
    public const int BurstLength = 8;

    /// <summary>Every variation that means something on this path; what changes at a later time stays.</summary>
    public static IEnumerable<LinkVariation> Of(PathSpec path)
    {
        (string Name, Func<LinkSpec, int, LinkSpec> Scale)[] figures =
        [
            ("loss", ScaleLoss),
            ("RTT", (link, percent) => link with { Delay = Scaled(link.Delay, percent) }),
            ("rate", (link, percent) => link with { Rate = Scaled(link.Rate, percent) }),
            ("jitter", (link, percent) => link.Jitter is not { } jitter
                ? link
                : link with { Jitter = jitter with { Amount = Scaled(jitter.Amount, percent) } }),
        ];
        foreach ((string name, Func<LinkSpec, int, LinkSpec> scale) in figures)
        {
            foreach (int percent in new[] { Percent, -Percent })
            {
                PathSpec varied = path with { Up = scale(path.Up, percent), Down = scale(path.Down, percent) };
                if (varied.Up != path.Up || varied.Down != path.Down)
                    yield return new LinkVariation($"{name} {(percent > 0 ? "+" : "−")}{Percent} %", varied);
            }
        }

        PathSpec bursts = path with { Up = InBursts(path.Up), Down = InBursts(path.Down) };
        if (bursts.Up != path.Up || bursts.Down != path.Down)
            yield return new LinkVariation($"the same loss in bursts of {BurstLength}", bursts);
    }

    private static LinkSpec ScaleLoss(LinkSpec link, int percent) => link with
    {
        Loss = Scaled(link.Loss, percent),
        Burst = link.Burst is not { } burst ? null : burst with { Worsen = Scaled(burst.Worsen, percent) },
    };

    /// <summary>
    /// A channel that loses everything in its bad state has mean loss p/(p+r) and bursts of 1/r: p is r·mean/(1-mean).
    /// </summary>
    private static LinkSpec InBursts(LinkSpec link)
    {
        if (link.Loss.IsZero || link.Burst is not null || link.Loss == Probability.Always)
            return link;
        Probability recover = new(Probability.Always.Threshold / BurstLength);
        UInt128 odds = (link.Loss.Threshold << 32) / (link.Loss.Complement.Threshold >> 24);
        UInt128 worsen = UInt128.Min((recover.Threshold >> 28) * odds >> 28, Probability.Always.Threshold);
        return link with
        {
            Loss = Probability.Never,
            Burst = new GilbertElliott(new Probability(worsen), recover, Probability.Always, Probability.Never),
        };
    }

    private static Probability Scaled(Probability chance, int percent) => new(
        UInt128.Min(chance.Threshold * (UInt128)(100 + percent) / 100, Probability.Always.Threshold));

    private static long Scaled(long value, int percent) => (long)((Int128)value * (100 + percent) / 100);
}
