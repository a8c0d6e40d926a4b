using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Links;

using Setting = KeyValuePair<string, string>;

/// <summary>
/// Makes a path of settings. Every error is one line that names the option and says what would be right.
/// </summary>
internal static class PathParser
{
    private const string Timeline = "at";
    private const string Preset = "net";
    private const string Heal = "heal";

    // Not at a time: they describe the path as a whole, or read a file.
    private static readonly string[] s_onlyAtFirst = [Timeline, Preset, "rtt-split", "rebind", "nat-timeout", "trace"];

    public static PathSpec? Parse(IReadOnlyList<Setting> given, out string? error)
    {
        Setting[] settings = [.. given.Select(Normalise)];
        error = CheckKeys(settings);
        if (error is not null)
            return null;
        Setting[] all = WithPreset(settings, out error);
        if (error is not null)
            return null;
        var draft = new PathDraft();
        error = draft.Apply([.. all.Where(setting => setting.Key is not (Timeline or Preset))]);
        if (error is not null)
            return null;
        (LinkSpec up, LinkSpec down) = draft.Links;
        var path = new PathSpec { Up = up, Down = down, Settings = settings };
        return AddTimeline(path, draft, [.. all.Where(setting => setting.Key == Timeline)], out error);
    }

    private static Setting Normalise(Setting setting)
    {
        string value = setting.Value.Trim();
        if (setting.Key == Timeline)
            value = string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new Setting(setting.Key, value);
    }

    private static string? CheckKeys(Setting[] settings)
    {
        for (int i = 0; i < settings.Length; i++)
        {
            string key = settings[i].Key;
            if (PathOptions.Find(key) is not { } option)
                return $"--{key}: the path has no such option";
            if (!option.IsRepeatable && Array.FindIndex(settings, setting => setting.Key == key) != i)
                return $"--{key}: given twice; for the two directions write --{key} up=X,down=Y";
        }

        return null;
    }

    private static Setting[] WithPreset(Setting[] settings, out string? error)
    {
        error = null;
        int index = Array.FindIndex(settings, setting => setting.Key == Preset);
        if (index < 0)
            return settings;
        string name = settings[index].Value;
        if (PathPresets.Find(name) is not { } preset)
        {
            error = $"--net: there is no preset '{name}'; it is one of "
                + string.Join(", ", PathPresets.All.Select(known => known.Name));
            return settings;
        }

        foreach ((string key, _) in settings)
        {
            foreach ((string other, _) in preset.Settings)
            {
                if (key != Timeline && PathDraft.AreRivals(key, other))
                {
                    error = $"--{key}: the preset {name} sets {(key == other ? "it" : "--" + other)} already; "
                        + $"leave out --{key}, or replace --net {name} by its own settings";
                    return settings;
                }
            }
        }

        return [.. preset.Settings, .. settings];
    }

    private static PathSpec? AddTimeline(
        PathSpec path, PathDraft draft, IReadOnlyList<Setting> entries, out string? error)
    {
        error = null;
        var timed = new List<(long At, string Text)>();
        foreach ((_, string text) in entries)
        {
            if (!Units.TryDuration(text.Split(' ')[0], 0, out long at) || at > LinkValues.LongestTime)
            {
                error = $"--at: '{text}' must begin with a time, as in 5s loss=40";
                return null;
            }

            timed.Add((at, text));
        }

        var up = new List<LinkChange>();
        var down = new List<LinkChange>();
        // A stable order: of two entries for the same time the later one has the last word.
        foreach ((long at, string text) in timed.OrderBy(entry => entry.At))
        {
            if (ApplyEntry(draft, at, text.Split(' ')[1..]) is { } problem)
            {
                error = $"--at: '{text}': {problem}";
                return null;
            }

            (LinkSpec upLink, LinkSpec downLink) = draft.Links;
            up.Add(new LinkChange(at, upLink));
            down.Add(new LinkChange(at, downLink));
        }

        return path with
        {
            Up = path.Up with { Timeline = up },
            Down = path.Down with { Timeline = down },
            Nat = draft.Nat,
        };
    }

    private static string? ApplyEntry(PathDraft draft, long at, string[] words)
    {
        if (words.Length == 0)
            return "says nothing; add KEY=VALUE, or heal";
        var group = new List<Setting>();
        foreach (string word in words)
        {
            if (word == Heal)
            {
                draft.Heal();
                draft.Nat = draft.Nat with { RebindUntil = Math.Min(draft.Nat.RebindUntil, at) };
                continue;
            }

            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? word : word[..equals];
            if (equals < 0 || PathOptions.Find(key) is null || s_onlyAtFirst.Contains(key))
                return $"'{word}' is not something that can change; write KEY=VALUE, as in loss=40, or heal";
            if (group.Exists(setting => setting.Key == key))
                return $"{key} is given twice";
            group.Add(new Setting(key, word[(equals + 1)..]));
        }

        return draft.Apply(group);
    }
}
