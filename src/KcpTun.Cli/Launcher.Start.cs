using System.Net.Sockets;
using System.Runtime.CompilerServices;
using KcpTun.Cli.Diagnostics;
using KcpTun.Cli.Logging;
using KcpTun.Primitives;
using KcpTun.Settings;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli;

internal sealed partial class Launcher
{
    private LoggerFactory CreateLoggers(LogFormat format, ILineSink sink) =>
        new([new LineLoggerProvider(format, environment.Time, sink)]);

    /// <param name="format">How log lines look.</param>
    /// <param name="sink">Where they go.</param>
    /// <param name="given">The options to print.</param>
    /// <param name="effective">The options to use.</param>
    private async Task<int> StartAsync(LogFormat format, ILineSink sink, TunnelOptions given, TunnelOptions effective)
    {
        using LoggerFactory loggers = CreateLoggers(format, sink);
        ILogger logger = loggers.CreateLogger(Category);
        logger.Line(StartupReport.Version(environment.Version));
        try
        {
            await using ITunnelHost tunnel = environment.CreateTunnel(effective, loggers);
            if (!TryPrintSettings(logger, tunnel, given))
                return EnvironmentError;
            logger.Line("initiating key derivation");
            tunnel.DeriveKeys();
            logger.Line("key derivation done");
            return await RunTunnelAsync(logger, tunnel, effective);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Whatever it is, a person reads one line of it: the type, because some messages say little alone.
            logger.Fatal($"{failure.GetType().Name}: {failure.Message}");
            return InvalidOptions;
        }
    }

    private bool TryPrintSettings(ILogger logger, ITunnelHost tunnel, TunnelOptions given)
    {
        IEnumerable<string> settings;
        if (given is ClientOptions client)
        {
            if (TryListen(logger, tunnel, client) is not { } listening)
                return false;
            settings = StartupReport.Client(client, listening);
        }
        else
        {
            settings = StartupReport.Server((ServerOptions)given);
        }

        foreach (string line in settings)
            logger.Line(line);
        PrintRed(StartupReport.QppWarnings(given));
        if (given is ClientOptions expiring)
            PrintRed(StartupReport.ExpiryWarnings(expiring));
        return true;
    }

    private static string? TryListen(ILogger logger, ITunnelHost tunnel, ClientOptions client)
    {
        try
        {
            return tunnel.Listen();
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException)
        {
            logger.Fatal($"listen {client.LocalAddr}: {failure.Message}");
            return null;
        }
    }

    private async Task<int> RunTunnelAsync(ILogger logger, ITunnelHost tunnel, TunnelOptions options)
    {
        using CancellationTokenSource finished = new();
        Task snmp = options.SnmpLog.Length == 0 || options.SnmpPeriod <= 0
            ? Task.CompletedTask
            : new SnmpLogger(options.SnmpLog, options.SnmpPeriod, () => tunnel.Counters, environment.Time, logger)
                .RunAsync(finished.Token);
        Task trimming = new MemoryTrimmer(() => tunnel.Counters, tunnel.TrimMemory, CollectGarbage)
            .RunAsync(environment.Time, finished.Token);
        if (options.Pprof)
            logger.Line(TraceAdvice.Line(Environment.ProcessId, !RuntimeFeature.IsDynamicCodeSupported));
        environment.Signals.CountersRequested = () => logger.Line(SnmpFields.Dump(tunnel.Counters));
        try
        {
            return await tunnel.RunAsync(environment.Signals.Drain);
        }
        finally
        {
            environment.Signals.CountersRequested = null;
            await finished.CancelAsync();
            await snmp;
            await trimming;
        }
    }

    /// <summary>Takes some milliseconds; nobody waits, for the tunnel has been quiet for seconds.</summary>
    private static void CollectGarbage() =>
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    /// <summary>kcptun prints these on stdout and does not log them.</summary>
    private void PrintRed(IEnumerable<string> lines)
    {
        const string Red = "\u001b[31m";
        const string Reset = "\u001b[0m";
        foreach (string line in lines)
            environment.Output.Write(environment.OutputIsTerminal ? $"{Red}{line}{Reset}\n" : $"{line}\n");
        environment.Output.Flush();
    }
}
