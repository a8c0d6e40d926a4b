namespace KcpTun.Sim.Links;

using Setting = KeyValuePair<string, string>;

/// <summary>A known kind of network.</summary>
/// <param name="Name">For <c>--net</c>.</param>
/// <param name="Settings">What it stands for.</param>
/// <param name="Source">Where its values come from.</param>
public sealed record PathPreset(string Name, IReadOnlyList<Setting> Settings, string Source);

/// <summary>All presets.</summary>
public static class PathPresets
{
    /// <remarks>Where a source gives no value, it is chosen, and the text says so.</remarks>
    public static IReadOnlyList<PathPreset> All { get; } =
    [
        Of("lan", "rtt=0.4 rate=1gbit queue=1000p", "Switched gigabit Ethernet; values chosen, not measured."),
        Of(
            "cable",
            "rtt=28 rate=up=1mbit,down=5mbit",
            "WebPageTest's profile Cable (5/1 Mbit/s, 28 ms); queue chosen."),
        Of(
            "dsl",
            "rtt=50 rate=up=384kbit,down=1500kbit queue=200ms",
            "WebPageTest's profile DSL (1.5 Mbit/s, 384 kbit/s, 50 ms); queue chosen."),
        Of(
            "lte",
            "rtt=70 rate=12mbit jitter=5ms,fifo queue=200ms",
            "WebPageTest's profile LTE (12/12 Mbit/s, 70 ms); jitter and queue chosen."),
        Of(
            "3g",
            "rtt=300 rate=up=768kbit,down=1600kbit jitter=20ms,fifo queue=400ms",
            "WebPageTest's profile 3G (1.6 Mbit/s, 768 kbit/s, 300 ms); jitter and queue chosen."),
        Of(
            "edge",
            "rtt=840 rate=up=200kbit,down=240kbit jitter=60ms,fifo queue=1s",
            "WebPageTest's profile Mobile EDGE (240/200 kbit/s, 840 ms); jitter and queue chosen."),
        Of(
            "geo-sat",
            "rtt=600 rate=up=2mbit,down=20mbit queue=300ms loss=1",
            "Endres et al. 2022, QUIC over geostationary links (20/2 Mbit/s, 1 % loss); Huston 2022 (600 ms); "
                + "queue chosen."),
        Of(
            "leo",
            "rtt=50 rate=up=15mbit,down=150mbit jitter=10ms,fifo burst-loss=0.4,burst=8 "
                + "blackout=at=12s,for=60ms,every=15s",
            "Values chosen after Michel et al. 2022 (Starlink: median 50 ms, quartiles 40 and 60 ms, loss in bursts) "
                + "and Mohan et al. 2023 (a new satellite every 15 s)."),
        Of(
            "wifi-bad",
            "rtt=20 rate=15mbit jitter=8ms,exp,fifo fade=good=1500ms,bad=120ms,loss=70 loss=1 queue=250ms",
            "Values chosen: a far or disturbed access point; fades, because interference is a matter of time."),
        Of(
            "cn-intl-evening",
            "rtt=200 rate=50mbit jitter=8ms,fifo burst-loss=up=1,burst=2,down=15,burst=3",
            "Zhu et al. 2020, the Great Bottleneck of China (slow hours: 15 % loss on average, into China only); "
                + "the rest chosen."),
        Of(
            "mobile-driving",
            "rtt=80 rate=up=3mbit,down=8mbit jitter=15ms,exp,fifo fade=good=8s,bad=400ms,loss=95 queue=512KiB",
            "Values chosen after the outages and deep queues in Winstein et al. 2013 (Sprout); for the recordings "
                + "themselves use --trace with mahimahi's files."),
        Of(
            "kcp-benchmark",
            "delay=46 jitter=16,uniform,fifo loss=5",
            "skywind3000/kcp, test.cpp: 10 % loss of round trips, 30 to 62 ms each way, in order."),
    ];

    /// <summary>The preset of that name; null if there is none.</summary>
    public static PathPreset? Find(string name)
    {
        foreach (PathPreset preset in All)
        {
            if (preset.Name == name)
                return preset;
        }

        return null;
    }

    private static PathPreset Of(string name, string settings, string source)
    {
        Setting[] parts = [.. settings.Split(' ').Select(word => new Setting(
            word[..word.IndexOf('=', StringComparison.Ordinal)],
            word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]))];
        return new PathPreset(name, parts, source);
    }
}
