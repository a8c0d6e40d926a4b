using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

public sealed partial record PathSpec
{
    private static readonly (string Name, Func<LinkSpec, string?> Describe)[] s_aspects =
    [
        ("rate", link => link.Rate > 0 ? Text.Rate(link.Rate) : null),
        ("trace", link => link.Trace is { } trace ? $"{trace.Name} ({Text.Rate(trace.MeanRate)})" : null),
        ("queue", link => link.Queue is { } queue ? Describe(queue) + (link.CoDel is null ? "" : " CoDel") : null),
        ("jitter", link => link.Jitter is { } jitter ? Describe(jitter) : null),
        ("loss", link => link.Loss.IsZero ? null : Text.Percent(link.Loss)),
        ("burst loss", link => link.Burst is { } burst ? Describe(burst) : null),
        ("fades", link => link.Fade is { } fade
            ? $"{Text.Duration(fade.Bad)} with {Text.Percent(fade.Loss)} loss after {Text.Duration(fade.Good)}"
            : null),
        ("listed losses", link => link.Drops.IsEmpty ? null : link.Drops.ToString()),
        ("reordering", link => link.Reorder is { } reorder
            ? Text.Percent(reorder.Chance) + (reorder.Gap > 1 ? $" of every {reorder.Gap}th" : "")
            : null),
        ("duplicates", link => link.Duplicate.IsZero ? null : Text.Percent(link.Duplicate)),
        ("corruption", link => link.Corrupt is { } corrupt ? Text.Percent(corrupt.Chance) : null),
        ("policer", link => link.Policer is { } policer ? $"{Text.Rate(policer.Rate)}" : null),
        ("mtu", link => link.Mtu > 0 ? $"{link.Mtu}" : null),
        ("blackout", link => link.Blackout is { } blackout ? Describe(blackout) : null),
    ];

    /// <summary>One line for people, such as <c>rtt 200 ms, loss 30 % each way</c>.</summary>
    public string Describe()
    {
        var parts = new List<string>();
        if (Up.Delay + Down.Delay > 0)
            parts.Add("rtt " + Text.Duration(Up.Delay + Down.Delay) + DescribeSplit());
        foreach ((string name, Func<LinkSpec, string?> describe) in s_aspects)
        {
            (string? up, string? down) = (describe(Up), describe(Down));
            if (up is not null || down is not null)
                parts.Add($"{name} {DescribeBoth(up, down)}");
        }

        if (Nat.RebindAt != SimTime.Never)
            parts.Add($"new port at {Text.Duration(Nat.RebindAt)}{DescribeEvery(Nat.RebindEvery)}");
        if (Nat.IdleTimeout > 0)
            parts.Add($"NAT forgets after {Text.Duration(Nat.IdleTimeout)}");
        if (Up.Timeline.Count > 0)
            parts.Add($"changes at {string.Join(", ", Up.Timeline.Select(change => Text.Duration(change.At)))}");
        string text = parts.Count == 0 ? "a perfect wire" : string.Join(", ", parts);
        return Settings.FirstOrDefault(setting => setting.Key == "net").Value is { } preset
            ? $"{preset}: {text}"
            : text;
    }

    private string DescribeSplit() => Up.Delay == Down.Delay
        ? ""
        : $" ({Text.Duration(Up.Delay)} up, {Text.Duration(Down.Delay)} down)";

    private static string DescribeBoth(string? up, string? down) => (up, down) switch
    {
        _ when up == down => $"{up} each way",
        (null, _) => $"{down} down",
        (_, null) => $"{up} up",
        _ => $"{up} up and {down} down",
    };

    private static string Describe(QueueLimit queue) => queue.Unit switch
    {
        QueueUnit.Time => Text.Duration(queue.Amount),
        QueueUnit.Bytes => Text.Size(queue.Amount),
        _ => $"{queue.Amount} packets",
    };

    private static string Describe(JitterSpec jitter) => jitter.Shape switch
    {
        JitterShape.Exponential => "+" + Text.Duration(jitter.Amount) + " exponential",
        JitterShape.Normal => "±" + Text.Duration(jitter.Amount) + " normal",
        _ => "±" + Text.Duration(jitter.Amount),
    } + (jitter.KeepsOrder ? " in order" : "");

    private static string Describe(GilbertElliott burst) =>
        $"p {Text.Percent(burst.Worsen)} r {Text.Percent(burst.Recover)}";

    private static string Describe(BlackoutSpec blackout) =>
        $"{Text.Duration(blackout.Length)} at {Text.Duration(blackout.At)}{DescribeEvery(blackout.Every)}";

    private static string DescribeEvery(long period) => period > 0 ? $" and every {Text.Duration(period)}" : "";
}
