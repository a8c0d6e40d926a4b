using System.Text;
using KcpTun.Cli.Logging;
using KcpTun.Settings;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli;

/// <summary>
/// Runs <c>client</c> or <c>server</c> in kcptun's order: flags, JSON, validation, log file, settings, keys, tunnel
/// (PROTOCOL i.1).
/// </summary>
internal sealed partial class Launcher(HostEnvironment environment, FlagSides side)
{
    /// <summary>Exit status of options that cannot work; Go's for a fatal log line.</summary>
    public const int InvalidOptions = 1;

    /// <summary>Exit status when a file cannot be read or an address cannot be bound; Go's is -1.</summary>
    public const int EnvironmentError = 255;

    /// <param name="arguments">The flags.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        ParsedFlags flags = GoFlags.Parse(side, Defaults(), arguments);
        if (flags.Error is not null)
        {
            environment.Error.Write(Encoding.UTF8.GetBytes($"{flags.Error}\n"));
            return CommandLine.UsageError;
        }

        if (flags.Settings.Help)
            return Print(HelpText.Command(side, environment.Version));
        if (flags.Settings.Version)
            return Print($"kcptun version {environment.Version}\n");
        return await ConfigureAsync(flags);
    }

    /// <summary>The built-in defaults; the variable's key counts even when it is empty.</summary>
    private CommandSettings Defaults()
    {
        CommandSettings defaults = FlagTable.Defaults(side);
        return environment.Variable(FlagTable.KeyVariable) is { } key
            ? defaults with { Tunnel = defaults.Tunnel with { Key = key } }
            : defaults;
    }

    private async Task<int> ConfigureAsync(ParsedFlags flags)
    {
        ConfigResult config = flags.Settings.ConfigPath.Length == 0
            ? new ConfigResult(flags.Settings, [], null)
            : ConfigFile.Apply(side, flags.Settings, flags.Settings.ConfigPath);
        CommandSettings settings = config.Settings;
        bool knownFormat = LogFormats.TryParse(settings.LogFormat, out LogFormat format);
        IEnumerable<string> warnings = [.. flags.Warnings, .. config.Warnings];
        if (config.Error is not null)
        {
            Report(format, environment.Error, null, warnings, [config.Error]);
            return EnvironmentError;
        }

        TunnelOptions given = OptionsNormalizer.Apply(settings.Tunnel, out string? notice);
        Verdict verdict = OptionsValidator.Check(given);
        IEnumerable<string> fatal = knownFormat
            ? verdict.Fatal
            : [.. verdict.Fatal, $"--logformat {settings.LogFormat}: no such format; use one of {LogFormats.Names}"];
        warnings = warnings.Concat(verdict.Warnings);
        using StreamLineSink? file = OpenLog(given.Log, out string? logError);
        if (logError is not null)
        {
            Report(format, environment.Error, notice, warnings, [.. fatal, logError]);
            return EnvironmentError;
        }

        ILineSink both = file is null ? environment.Error : new TeeLineSink(environment.Error, file);
        Report(format, both, notice, warnings, fatal);
        return fatal.Any()
            ? InvalidOptions
            : await StartAsync(format, file ?? environment.Error, given, verdict.Effective);
    }

    private static StreamLineSink? OpenLog(string path, out string? error)
    {
        error = null;
        if (path.Length == 0)
            return null;
        try
        {
            return StreamLineSink.OpenFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = FileErrors.Describe("open", path, failure);
            return null;
        }
    }

    /// <summary>What is to be said before the start; a log file hears of it as well as stderr.</summary>
    private void Report(
        LogFormat format, ILineSink sink, string? notice, IEnumerable<string> warnings, IEnumerable<string> fatal)
    {
        using LoggerFactory loggers = CreateLoggers(format, sink);
        ILogger logger = loggers.CreateLogger(Category);
        if (notice is not null)
            logger.Warn(notice);
        foreach (string warning in warnings)
            logger.Warn($"WARNING: {warning}");
        foreach (string line in fatal)
            logger.Fatal(line);
    }

    private int Print(string text)
    {
        environment.Output.Write(text);
        return 0;
    }

    private string Category => $"KcpTun.{side}";
}
