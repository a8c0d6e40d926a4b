using KcpTun.Settings;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Conform.Running;

/// <summary>Settings of both ends, from a script's header.</summary>
internal static class CaseSettings
{
    /// <summary>The end that the tester plays: the opposite of the subject.</summary>
    /// <exception cref="ScriptRunException">The settings are none of kcptun's.</exception>
    public static PeerSettings PeerOf(ScriptHeader header)
    {
        Dictionary<string, string> settings = new(header.Config);
        foreach ((string name, string value) in header.Peer)
            settings[name] = value;
        return PeerSettings.Of(header.Layer, Read(
            header.Role == SubjectRole.Client ? SubjectRole.Server : SubjectRole.Client, settings));
    }

    /// <summary>Settings as the flags of kcptun that say the same.</summary>
    public static IReadOnlyList<string> ToFlags(IReadOnlyDictionary<string, string> settings) =>
        [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")];

    /// <exception cref="ScriptRunException">The settings are none of kcptun's.</exception>
    public static TunnelOptions Read(SubjectRole role, IReadOnlyDictionary<string, string> settings)
    {
        IReadOnlyList<string> flags = ToFlags(settings);
        return role == SubjectRole.Client
            ? Checked(OptionsReader.Client(flags))
            : Checked(OptionsReader.Server(flags));
    }

    private static T Checked<T>(OptionsReading<T> reading)
        where T : TunnelOptions =>
        reading.Errors.Count == 0
            ? reading.Options
            : throw new ScriptRunException($"config: {string.Join("; ", reading.Errors)}");
}
