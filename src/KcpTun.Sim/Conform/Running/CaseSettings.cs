using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Running;

/// <summary>Settings of the played peer, from a script's header.</summary>
internal static class CaseSettings
{
    /// <summary>The end that the tester plays: the opposite of the subject.</summary>
    /// <exception cref="ScriptRunException">The settings are none of kcptun's.</exception>
    public static PeerSettings PeerOf(ScriptHeader header)
    {
        Dictionary<string, string> settings = new(header.Config);
        foreach ((string name, string value) in header.Peer)
            settings[name] = value;
        SubjectRole played = header.Role == SubjectRole.Client ? SubjectRole.Server : SubjectRole.Client;
        try
        {
            return PeerSettings.Of(header.Layer, SubjectSettings.Read(new SubjectSpec(played, settings, null)));
        }
        catch (ArgumentException wrong)
        {
            throw new ScriptRunException($"config: {wrong.Message}");
        }
    }
}
