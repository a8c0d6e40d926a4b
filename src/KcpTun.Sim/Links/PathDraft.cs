using System.Globalization;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Links;

/// <summary>
/// A path while its settings are applied, one group after the other: the first one, then the timeline's.
/// </summary>
internal sealed class PathDraft
{
    private const int Up = 1;
    private const int Down = 2;
    private const int Both = Up | Down;

    private static readonly (string Key, string Rival)[] s_rivals =
        [("rtt", "delay"), ("rate", "trace"), ("ge", "burst-loss")];

    private readonly SortedDictionary<string, int> _given = new(StringComparer.Ordinal);
    private LinkSpec _up = new();
    private LinkSpec _down = new();
    private decimal _upShare = 0.5m;

    public NatSpec Nat { get; set; } = new();

    /// <summary>The directions as they are now, with what is left to default filled in.</summary>
    public (LinkSpec Up, LinkSpec Down) Links => (_up.WithDefaultQueue(), _down.WithDefaultQueue());

    /// <summary>Everything but delay and capacity goes.</summary>
    public void Heal() => (_up, _down) = (_up.Healed(), _down.Healed());

    /// <summary>Whether the two settings cannot be given together.</summary>
    public static bool AreRivals(string a, string b) =>
        a == b || Array.Exists(s_rivals, pair => pair == (a, b) || pair == (b, a));

    /// <summary>Applies settings that take effect at the same time.</summary>
    /// <returns>What is wrong with them, beginning with the option; null if nothing is.</returns>
    public string? Apply(IReadOnlyList<KeyValuePair<string, string>> group)
    {
        _given.Clear();
        foreach ((string key, string value) in group)
        {
            if (key == "rtt-split" && ApplySplit(value, group) is { } problem)
                return problem;
        }

        foreach ((string key, string value) in group)
        {
            if (ApplyOne(key, value) is { } problem)
                return problem;
        }

        return Check(_up) ?? Check(_down);
    }

    private string? ApplyOne(string key, string value)
    {
        PathOption option = PathOptions.Find(key)!;
        return (key, option.Apply) switch
        {
            (_, not null) => ApplyEach(option, value),
            ("rtt", _) => ApplyRoundTrip(option, value),
            ("rebind", _) => ApplyRebind(option, value),
            ("nat-timeout", _) => ApplyNatTimeout(option, value),
            _ => null,
        };
    }

    private string? ApplyEach(PathOption option, string text)
    {
        if (!DirectionalValue.TrySplit(text, out string? up, out string? down))
            return $"--{option.Key}: '{text}' must be X or up=X,down=Y (either may be missing)";
        int directions = (up is null ? 0 : Up) | (down is null ? 0 : Down);
        if (Claim(option.Key, directions) is { } contradiction)
            return contradiction;
        return ApplyTo(ref _up, option, up) ?? ApplyTo(ref _down, option, down);
    }

    private static string? ApplyTo(ref LinkSpec link, PathOption option, string? text)
    {
        if (text is null)
            return null;
        var value = new OptionValue(text);
        if (option.Apply!(link, value) is not { } changed)
            return value.Objection is { } why ? $"--{option.Key}: {why}" : Misunderstood(option, text);
        link = changed;
        return null;
    }

    private string? ApplyRoundTrip(PathOption option, string text)
    {
        if (!LinkValues.TryTime(text, out long rtt))
            return Misunderstood(option, text);
        long up = (long)decimal.Round(rtt * _upShare);
        (_up, _down) = (_up with { Delay = up }, _down with { Delay = rtt - up });
        return Claim(option.Key, Both);
    }

    private string? ApplySplit(string text, IReadOnlyList<KeyValuePair<string, string>> group)
    {
        if (!group.Any(setting => setting.Key == "rtt"))
            return "--rtt-split: there is no round trip to split; give --rtt";
        string[] shares = text.Split('/');
        if (shares.Length != 2 || !Units.TryNumber(shares[0], out decimal up)
            || !Units.TryNumber(shares[1], out decimal down) || up + down != 100)
        {
            return $"--rtt-split: '{text}' must be two percentages that add up to 100, as in 70/30";
        }

        _upShare = up / 100;
        return null;
    }

    private string? ApplyRebind(PathOption option, string text)
    {
        var value = new OptionValue(text);
        if (!value.HasShape(1, 1, "every") || !Units.TryDuration(value[0], 0, out long at)
            || !value.TryDuration("every", 0, out long every))
        {
            return Misunderstood(option, text);
        }

        Nat = Nat with { RebindAt = at, RebindEvery = every };
        return null;
    }

    private string? ApplyNatTimeout(PathOption option, string text)
    {
        if (!Units.TryDuration(text, 0, out long timeout) || timeout == 0)
            return Misunderstood(option, text);
        Nat = Nat with { IdleTimeout = timeout };
        return null;
    }

    /// <summary>Notes that the option decides these directions.</summary>
    /// <returns>A contradiction with an earlier one.</returns>
    private string? Claim(string key, int directions)
    {
        foreach ((string other, int claimed) in _given)
        {
            if ((claimed & directions) != 0 && AreRivals(key, other))
                return $"--{key}: contradicts --{other}; leave one of them out";
        }

        _given[key] = directions;
        return null;
    }

    private static string? Check(LinkSpec link)
    {
        if (link.Rate > 0 && link.Trace is not null)
            return "--rate: contradicts --trace; leave one of them out";
        bool hasBottleneck = link.Rate > 0 || link.Trace is not null;
        if (link.Queue is not null && !hasBottleneck)
            return "--queue: there is no bottleneck to queue for; give --rate or --trace";
        if (link.CoDel is not null && !hasBottleneck)
            return "--aqm: there is no queue to manage; give --rate or --trace";
        if (link.Reorder is not null && link.Delay == 0)
            return "--reorder: nothing overtakes without a delay; give --rtt or --delay";
        bool isBelowZero = link.Jitter is { Shape: not JitterShape.Exponential } jitter && jitter.Amount > link.Delay;
        return isBelowZero
            ? $"--jitter: exceeds the one-way delay of {Text.Duration(link.Delay)}, which would become negative; "
                + "give a smaller jitter, a longer delay, or TIME,exp, which only adds"
            : null;
    }

    private static string Misunderstood(PathOption option, string text) => string.Create(
        CultureInfo.InvariantCulture,
        $"--{option.Key}: '{text}' does not make sense; it takes {option.ValueHelp}, for example {option.Example}");
}
