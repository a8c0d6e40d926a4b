using System.Net.Sockets;
using System.Text;
using KcpTun.Cli.Logging;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Settings;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli;

/// <summary>Connects the command line to the library's tunnel.</summary>
internal sealed partial class TunnelHost : ITunnelHost
{
    private readonly TunnelOptions _options;
    private readonly ILogger _logger;
    private readonly SystemNetwork _network;
    private readonly TaskCompletionSource<int> _driverFailure =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IStreamListener? _listener;
    private TunnelContext? _context;

    private TunnelHost(TunnelOptions options, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger("KcpTun.Tunnel");
        _network = new SystemNetwork(OnDriverFailure);
    }

    public SnmpCounters Counters => _context?.Snapshot() ?? new SnmpCounters();

    public void TrimMemory() => _context?.TrimMemory();

    public static ITunnelHost Create(TunnelOptions options, ILoggerFactory loggers) => new TunnelHost(options, loggers);

    /// <summary>Runs <c>kcptun demo</c> with a client's flags on both ends.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunDemoAsync(IReadOnlyList<string> arguments, HostEnvironment environment)
    {
        // A window of 1024 segments each way is what a fast path wants; the client's own default of 128 is for DSL.
        CommandSettings defaults = FlagTable.Defaults(FlagSides.Client);
        defaults = defaults with { Tunnel = (ClientOptions)defaults.Tunnel with { SndWnd = 1024, RcvWnd = 1024 } };
        ParsedFlags flags = GoFlags.Parse(FlagSides.Client, defaults, arguments);
        if (flags.Error is not null)
        {
            environment.Error.Write(Encoding.UTF8.GetBytes($"{flags.Error}\n"));
            return CommandLine.UsageError;
        }

        using LoggerFactory loggers = new([new LineLoggerProvider(LogFormat.Go, environment.Time, environment.Error)]);
        ILogger logger = loggers.CreateLogger("KcpTun.Demo");
        Verdict verdict = OptionsValidator.Check(OptionsNormalizer.Apply(flags.Settings.Tunnel, out _));
        foreach (string line in verdict.Fatal)
            logger.Fatal(line);
        if (verdict.Fatal.Count > 0)
            return Launcher.InvalidOptions;
        var network = new SystemNetwork((name, failure) => DriverFailed(logger, name, failure.Message));
        return await new Demo(network, logger, environment.Output).RunAsync((ClientOptions)verdict.Effective);
    }

    public string Listen()
    {
        _listener = _network.Listen(StreamEndPoints.Parse(((ClientOptions)_options).LocalAddr));
        return _listener.LocalName;
    }

    public void DeriveKeys() => _context = TunnelContext.Create(_options, _network, _logger);

    public async Task<int> RunAsync(CancellationToken drain)
    {
        TunnelContext context = _context ?? throw new InvalidOperationException("Keys come before the tunnel.");
        return _options is ClientOptions
            ? await RunClientAsync(context, drain)
            : await RunServerAsync(context, drain);
    }

    public ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<int> RunClientAsync(TunnelContext context, CancellationToken drain)
    {
        using var tunnel = new ClientTunnel(context, _listener!);
        return await EndOf(tunnel.RunAsync(drain));
    }

    private async Task<int> RunServerAsync(TunnelContext context, CancellationToken drain)
    {
        using var tunnel = new ServerTunnel(context);
        try
        {
            await tunnel.ListenAsync(drain);
        }
        catch (SocketException e)
        {
            CannotListen(_logger, ((ServerOptions)_options).Listen, e.Message);
            return Launcher.EnvironmentError;
        }

        return await EndOf(tunnel.RunAsync(drain));
    }

    /// <summary>A driver that stops by an error takes the process down: a supervisor then starts it afresh.</summary>
    private async Task<int> EndOf(Task running)
    {
        Task first = await Task.WhenAny(running, _driverFailure.Task);
        if (first == _driverFailure.Task)
            return await _driverFailure.Task;
        await running;
        return 0;
    }

    private void OnDriverFailure(string name, Exception failure)
    {
        DriverFailed(_logger, name, failure.ToString().ReplaceLineEndings(" | "));
        _driverFailure.TrySetResult(Launcher.InvalidOptions);
    }

    [LoggerMessage(200, LogLevel.Critical, "the driver {Name} stopped: {Failure}")]
    private static partial void DriverFailed(ILogger logger, string name, string failure);

    [LoggerMessage(201, LogLevel.Critical, "listen udp {Address}: {Failure}")]
    private static partial void CannotListen(ILogger logger, string address, string failure);
}
