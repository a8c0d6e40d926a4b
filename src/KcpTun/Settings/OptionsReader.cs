using KcpTun.Tunnel;

namespace KcpTun.Settings;

/// <summary>Options that were read, and what is to be said about them.</summary>
/// <param name="Options">The options as the tunnel is to use them; the defaults if there are errors.</param>
/// <param name="Warnings">What is accepted as kcptun accepts it, but is likely to be a mistake; one line each.</param>
/// <param name="Errors">Why the options cannot be used, one line each; empty if they can.</param>
public sealed record OptionsReading<T>(T Options, IReadOnlyList<string> Warnings, IReadOnlyList<string> Errors)
    where T : TunnelOptions;

/// <summary>
/// Reads options from kcptun's command line, for programs that embed the tunnel. <c>-c FILE</c> among the arguments
/// reads kcptun's JSON configuration, whose values win over the flags as in kcptun.
/// </summary>
public static class OptionsReader
{
    /// <param name="arguments">Flags of <c>kcptun client</c>, one word each.</param>
    /// <param name="defaults">What counts where nothing is given; kcptun's own defaults if null.</param>
    public static OptionsReading<ClientOptions> Client(
        IReadOnlyList<string> arguments, ClientOptions? defaults = null) =>
        Read(FlagSides.Client, arguments, defaults ?? new ClientOptions());

    /// <param name="arguments">Flags of <c>kcptun server</c>, one word each.</param>
    /// <param name="defaults">What counts where nothing is given; kcptun's own defaults if null.</param>
    public static OptionsReading<ServerOptions> Server(
        IReadOnlyList<string> arguments, ServerOptions? defaults = null) =>
        Read(FlagSides.Server, arguments, defaults ?? new ServerOptions());

    private static OptionsReading<T> Read<T>(FlagSides side, IReadOnlyList<string> arguments, T defaults)
        where T : TunnelOptions
    {
        ParsedFlags flags = GoFlags.Parse(side, new CommandSettings(defaults), arguments);
        if (flags.Error is not null)
            return new OptionsReading<T>(defaults, flags.Warnings, [flags.Error]);
        string path = flags.Settings.ConfigPath;
        ConfigResult config = path.Length == 0
            ? new ConfigResult(flags.Settings, [], null)
            : ConfigFile.Apply(side, flags.Settings, path);
        if (config.Error is not null)
            return new OptionsReading<T>(defaults, [.. flags.Warnings, .. config.Warnings], [config.Error]);
        TunnelOptions given = OptionsNormalizer.Apply(config.Settings.Tunnel, out string? notice);
        Verdict verdict = OptionsValidator.Check(given);
        string[] notices = notice is null ? [] : [notice];
        string[] warnings = [.. flags.Warnings, .. config.Warnings, .. notices, .. verdict.Warnings];
        return new OptionsReading<T>(
            verdict.Fatal.Count == 0 ? (T)verdict.Effective : defaults, warnings, verdict.Fatal);
    }
}
