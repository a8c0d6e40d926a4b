using KcpTun.Settings;

namespace KcpTun.Sim.Plans;

/// <summary>How settings of the path and flags of kcptun are spelt side by side on one command line.</summary>
public static class PlanNames
{
    /// <summary>The mode in which the four tuning flags count.</summary>
    public const string ManualMode = "manual";

    private static readonly string[] s_manual = ["nodelay", "interval", "resend", "nc"];
    private static readonly string[] s_shards = ["datashard", "ds", "parityshard", "ps"];
    private static readonly string[] s_own = ["c", "help", "h", "version", "v", "mode"];

    /// <summary>
    /// Every name and second name of kcptun's flags that can be given for both ends. Missing are those that concern a
    /// process, and <c>mode</c>, which an experiment varies.
    /// </summary>
    public static IReadOnlyList<string> SharedFlags { get; } =
    [
        .. FlagTable.All.SelectMany(flag => flag.Alias is null ? [flag.Name] : new[] { flag.Name, flag.Alias })
            .Distinct()
            .Except(s_own),
    ];

    /// <summary>Whether kcptun's flag is one that needs no value.</summary>
    public static bool IsSwitch(string flag) => Spec(flag) is { Kind: FlagKind.Boolean };

    /// <summary>kcptun's own sentence on the flag.</summary>
    public static string Help(string flag) => Spec(flag)?.Help ?? "";

    /// <summary>Whether the value is free text, in which a comma means nothing.</summary>
    public static bool IsFreeText(string flag) => Spec(flag) is { Kind: FlagKind.Text, Name: not "crypt" };

    /// <summary>Whether the flag counts in mode manual only.</summary>
    public static bool IsManual(string flag) => s_manual.Contains(flag);

    /// <summary>Whether the flag says what <c>--fec</c> says.</summary>
    public static bool IsShard(string flag) => s_shards.Contains(flag);

    /// <summary>Whether that end has the flag.</summary>
    public static bool IsKnownTo(bool client, string flag) =>
        FlagTable.ByName(client ? FlagSides.Client : FlagSides.Server, flag) is not null;

    /// <summary>
    /// The option for a setting of the path. Where kcptun has a flag of that name, as for <c>mtu</c>, the flag keeps it
    /// and the path's becomes <c>--link-mtu</c>.
    /// </summary>
    public static string OfLink(string key) => IsFlag(key) ? $"--link-{key}" : $"--{key}";

    /// <summary>The option for a flag of kcptun, as kcptun spells it.</summary>
    public static string OfFlag(string name) => name.Length == 1 ? $"-{name}" : $"--{name}";

    private static bool IsFlag(string name) => Spec(name) is not null;

    private static FlagSpec? Spec(string name) =>
        FlagTable.ByName(FlagSides.Client, name) ?? FlagTable.ByName(FlagSides.Server, name);
}
