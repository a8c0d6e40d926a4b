using System.Globalization;

namespace KcpTun.Sim.Conform.Stages;

/// <summary>An implementation that can be started as a process, as its subject file describes it.</summary>
internal sealed record Subject
{
    /// <summary>Stands for the settings in a command, as a word of its own.</summary>
    public const string FlagsPlace = "{flags}";

    /// <summary>Stands for the UDP port in a command.</summary>
    public const string UdpPlace = "{udp}";

    /// <summary>Stands for the TCP port in a command.</summary>
    public const string TcpPlace = "{tcp}";

    /// <summary>Stands for the value in the spelling of a setting.</summary>
    public const string ValuePlace = "{value}";

    public required string Name { get; init; }

    /// <summary>Relative paths of programs start here.</summary>
    public required string Folder { get; init; }

    /// <summary>A command whose first line of output tells the version; empty for none.</summary>
    public IReadOnlyList<string> Version { get; init; } = [];

    /// <summary>The command that starts a server; empty if it has none.</summary>
    public IReadOnlyList<string> Server { get; init; } = [];

    /// <summary>The command that starts a client; empty if it has none.</summary>
    public IReadOnlyList<string> Client { get; init; } = [];

    /// <summary>Abilities it does not have, by the names that scripts need them.</summary>
    public IReadOnlyList<string> Lacks { get; init; } = [];

    /// <summary>Settings that it spells in its own way, as words; none to leave the setting out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Flags { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The release of kcptun whose oddities it shows; null for none.</summary>
    public string? Release { get; init; }

    /// <summary>It prints its counters on SIGUSR1.</summary>
    public bool HasCounters { get; init; }

    /// <summary>How long it may take to bind its port.</summary>
    public TimeSpan Ready { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether it can play that part.</summary>
    public bool Plays(SubjectRole role) => Template(role).Count > 0;

    /// <summary>The command line that starts it.</summary>
    /// <param name="port">The number of its UDP and of its TCP port.</param>
    public IReadOnlyList<string> Command(SubjectSpec spec, int port)
    {
        List<string> words = [];
        string number = port.ToString(CultureInfo.InvariantCulture);
        foreach (string word in Template(spec.Role))
        {
            if (word == FlagsPlace)
                words.AddRange(SubjectSettings.Of(spec).SelectMany(setting => Spell(spec.Role, setting)));
            else
                words.Add(Replace(Replace(word, UdpPlace, number), TcpPlace, number));
        }

        return words;
    }

    private IReadOnlyList<string> Template(SubjectRole role) => role == SubjectRole.Server ? Server : Client;

    private IEnumerable<string> Spell(SubjectRole role, KeyValuePair<string, string> setting)
    {
        bool isSwitch = SubjectSettings.IsSwitch(role, setting.Key);
        if (isSwitch && setting.Value != "true")
            return [];
        if (Flags.TryGetValue(setting.Key, out IReadOnlyList<string>? own))
            return own.Select(word => Replace(word, ValuePlace, setting.Value));
        return isSwitch ? [$"--{setting.Key}"] : [$"--{setting.Key}", setting.Value];
    }

    private static string Replace(string text, string place, string value) =>
        text.Replace(place, value, StringComparison.Ordinal);
}
