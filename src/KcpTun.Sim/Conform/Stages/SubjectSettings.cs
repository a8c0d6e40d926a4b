using KcpTun.Settings;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Conform.Stages;

/// <summary>
/// The settings of a subject as flags of kcptun, and as the options that they mean to our own tunnel.
/// </summary>
internal static class SubjectSettings
{
    /// <summary>The settings that the subject's role has flags for: a script may be written for both roles.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(SubjectSpec spec)
    {
        FlagSides side = Side(spec.Role);
        FlagSides other = side == FlagSides.Client ? FlagSides.Server : FlagSides.Client;
        return spec.Settings
            .Where(setting => FlagTable.ByName(side, setting.Key) is not null
                || FlagTable.ByName(other, setting.Key) is null)
            .OrderBy(setting => setting.Key, StringComparer.Ordinal);
    }

    /// <summary>Whether kcptun's flag of that name takes no value.</summary>
    public static bool IsSwitch(SubjectRole role, string name) =>
        FlagTable.ByName(Side(role), name) is { Kind: FlagKind.Boolean };

    /// <summary>The options of our own tunnel.</summary>
    /// <exception cref="ArgumentException">The settings cannot be used; the message says why.</exception>
    public static TunnelOptions Read(SubjectSpec spec)
    {
        string[] words = [.. Of(spec).Select(setting => $"--{setting.Key}={setting.Value}")];
        return spec.Role == SubjectRole.Client
            ? Checked(OptionsReader.Client(words))
            : Checked(OptionsReader.Server(words));
    }

    private static T Checked<T>(OptionsReading<T> reading)
        where T : TunnelOptions =>
        reading.Errors.Count == 0 ? reading.Options : throw new ArgumentException(string.Join("; ", reading.Errors));

    private static FlagSides Side(SubjectRole role) =>
        role == SubjectRole.Client ? FlagSides.Client : FlagSides.Server;
}
