using KcpTun.Primitives;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli;

/// <summary>Connects the command line to the library's tunnel.</summary>
internal sealed partial class TunnelHost : ITunnelHost
{
    private readonly TunnelOptions _options;
    private readonly ILogger _logger;

    private TunnelHost(TunnelOptions options, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger("KcpTun.Tunnel");
    }

    public SnmpCounters Counters { get; } = new();

    public static ITunnelHost Create(TunnelOptions options, ILoggerFactory loggers) => new TunnelHost(options, loggers);

    /// <summary>Runs <c>kcptun demo</c>.</summary>
    /// <param name="arguments">What follows the word demo.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="drain">Cancelled by the first signal.</param>
    /// <returns>The exit status.</returns>
    public static Task<int> RunDemoAsync(
        IReadOnlyList<string> arguments, TextWriter output, CancellationToken drain) => Task.FromResult(1);

    public string Listen() => _options is ClientOptions client ? client.LocalAddr : "";

    public void DeriveKeys()
    {
    }

    public async Task<int> RunAsync(CancellationToken drain)
    {
        NoTunnel(_logger);
        await Task.Delay(Timeout.InfiniteTimeSpan, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [LoggerMessage(EventId = 100, Level = LogLevel.Critical, Message = "this build has no tunnel")]
    private static partial void NoTunnel(ILogger logger);
}
