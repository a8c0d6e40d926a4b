using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Links;

/// <summary>
/// Loss and damage: what the value of each option does to one direction. Null when it makes no sense.
/// </summary>
internal static partial class LinkValues
{
    // Shorter spells would be drawn without end while a link is idle.
    private const long ShortestSpell = SimTime.Millisecond;

    public static LinkSpec? Loss(LinkSpec link, OptionValue value) =>
        value.HasShape(1, 1) && value.TryPercent(0, out Probability loss) ? link with { Loss = loss } : null;

    public static LinkSpec? GilbertElliott(LinkSpec link, OptionValue value)
    {
        if (!value.HasShape(1, 4) || !value.TryPercent(0, out Probability worsen)
            || !value.TryPercent(1, worsen.Complement, out Probability recover)
            || !value.TryPercent(2, Probability.Always, out Probability lossInBad)
            || !value.TryPercent(3, Probability.Never, out Probability lossInGood))
        {
            return null;
        }

        return link with { Burst = new GilbertElliott(worsen, recover, lossInBad, lossInGood) };
    }

    public static LinkSpec? BurstLoss(LinkSpec link, OptionValue value)
    {
        string share = value[0].TrimEnd('%');
        if (!value.HasShape(1, 1, "burst") || !value.TryPercent(0, out _) || !Units.TryNumber(share, out decimal mean)
            || !Units.TryNumber(value["burst"] ?? "", out decimal length))
        {
            return null;
        }

        // In its bad state the channel loses everything: mean loss p/(p+r), mean burst 1/r.
        if (length < 1 || length > 1_000_000)
            return value.Refuse("a burst has from 1 to 1000000 packets");
        if (mean == 100)
            return value.Refuse("where everything is lost there are no bursts; use --loss 100");
        decimal worsen = 100 * mean / (length * (100 - mean));
        if (worsen > 100)
            return value.Refuse($"so much loss needs longer bursts, burst={Math.Ceiling(mean / (100 - mean))} or more");
        Probability recover = Probability.FromPercent(100 / length);
        return link with
        {
            Burst = new GilbertElliott(
                Probability.FromPercent(worsen), recover, Probability.Always, Probability.Never),
        };
    }

    public static LinkSpec? Fade(LinkSpec link, OptionValue value)
    {
        if (!value.HasShape(0, 0, "good", "bad", "loss") || !value.TryDuration("good", -1, out long good)
            || !value.TryDuration("bad", -1, out long bad)
            || !Units.TryPercent(value["loss"] ?? "", out Probability loss))
        {
            return null;
        }

        if (Math.Min(good, bad) < ShortestSpell)
            return value.Refuse("a spell lasts at least 1ms; for single packets use --burst-loss");
        return link with { Fade = new FadeSpec(good, bad, loss) };
    }

    public static LinkSpec? Drop(LinkSpec link, OptionValue value) =>
        OrdinalSet.TryParse(value.Text) is { } drops ? link with { Drops = drops } : null;

    public static LinkSpec? Duplicate(LinkSpec link, OptionValue value) =>
        value.HasShape(1, 1) && value.TryPercent(0, out Probability chance) ? link with { Duplicate = chance } : null;

    public static LinkSpec? Corrupt(LinkSpec link, OptionValue value)
    {
        Corruption? kind = value[1] switch
        {
            "" when value.Count == 1 => Corruption.BitFlip,
            "bitflip" => Corruption.BitFlip,
            "havoc" => Corruption.Havoc,
            "truncate" => Corruption.Truncate,
            _ => null,
        };
        return value.HasShape(1, 2) && kind is { } known && value.TryPercent(0, out Probability chance)
            ? link with { Corrupt = new CorruptSpec(chance, known) }
            : null;
    }

    public static LinkSpec? Mtu(LinkSpec link, OptionValue value) =>
        OptionValue.TryInteger(value.Text, LinkSpec.HeaderBytes, ushort.MaxValue, out int mtu)
            ? link with { Mtu = mtu }
            : null;

    public static LinkSpec? Blackout(LinkSpec link, OptionValue value)
    {
        if (!value.HasShape(0, 0, "at", "for", "every") || !Units.TryDuration(value["at"] ?? "", 0, out long at)
            || !value.TryDuration("for", -1, out long length) || !value.TryDuration("every", 0, out long every))
        {
            return null;
        }

        if (every > 0 && every <= length)
            return value.Refuse("a path that is down all the time is --loss 100; every= must be longer than for=");
        return link with { Blackout = new BlackoutSpec(at, length, every) };
    }
}
