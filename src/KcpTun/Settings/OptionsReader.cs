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
        Read(FlagSides.Client, defaults ?? new ClientOptions(), arguments);

    /// <param name="arguments">Flags of <c>kcptun server</c>, one word each.</param>
    /// <param name="defaults">What counts where nothing is given; kcptun's own defaults if null.</param>
    public static OptionsReading<ServerOptions> Server(
        IReadOnlyList<string> arguments, ServerOptions? defaults = null) =>
        Read(FlagSides.Server, defaults ?? new ServerOptions(), arguments);

    /// <summary>Reads several command lines of one side; later ones win.</summary>
    internal static OptionsReading<T> Read<T>(FlagSides side, T defaults, params IReadOnlyList<string>[] lines)
        where T : TunnelOptions
    {
        CommandSettings settings = new(defaults);
        List<string> warnings = [];
        foreach (IReadOnlyList<string> line in lines)
        {
            ParsedFlags flags = GoFlags.Parse(side, settings, line);
            warnings.AddRange(flags.Warnings);
            if (flags.Error is not null)
                return new OptionsReading<T>(defaults, warnings, [flags.Error]);
            settings = flags.Settings;
        }

        if (settings.ConfigPath.Length > 0)
        {
            ConfigResult config = ConfigFile.Apply(side, settings, settings.ConfigPath);
            warnings.AddRange(config.Warnings);
            if (config.Error is not null)
                return new OptionsReading<T>(defaults, warnings, [config.Error]);
            settings = config.Settings;
        }

        Verdict verdict = OptionsValidator.Check(OptionsNormalizer.Apply(settings.Tunnel, out string? notice));
        if (notice is not null)
            warnings.Add(notice);
        warnings.AddRange(verdict.Warnings);
        T options = verdict.Fatal.Count == 0 ? (T)verdict.Effective : defaults;
        return new OptionsReading<T>(options, warnings, verdict.Fatal);
    }
}
