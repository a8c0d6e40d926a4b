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
    public static IReadOnlyList<PathPreset> All { get; } =
    [
        Of("lan", "rtt=1 rate=1gbit", "Switched gigabit Ethernet; values chosen, no source needed."),
        Of("lte", "rtt=70 rate=up=12mbit,down=12mbit", "WebPageTest's profile LTE (12/12 Mbit/s, 70 ms)."),
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
