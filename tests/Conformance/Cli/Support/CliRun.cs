using KcpTun.Cli;
using KcpTun.Primitives;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Conformance.Cli.Support;

/// <summary>The whole command line in one process, with everything around it replaced.</summary>
internal sealed class CliRun : IProcessSignals, IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    private readonly StringWriter _output = new();

    public CollectedLines Error { get; } = new();

    public ManualTime Time { get; } = new(Start);

    public string Output => _output.ToString();

    public bool OutputIsTerminal { get; init; }

    /// <summary>The value of KCPTUN_KEY.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>What the tunnel was made with; null when it was not.</summary>
    public TunnelOptions? Effective { get; private set; }

    /// <summary>What the tunnel does while it runs.</summary>
    public Func<FakeTunnel, Task<int>> Body { get; init; } = _ => Task.FromResult(0);

    /// <summary>Thrown by Listen when not null.</summary>
    public Exception? ListenFailure { get; init; }

    public CancellationToken Drain => CancellationToken.None;

    public Action? CountersRequested { get; set; }

    public async Task<int> RunAsync(params string[] words)
    {
        HostEnvironment environment = new()
        {
            Version = "TEST",
            Output = _output,
            OutputIsTerminal = OutputIsTerminal,
            Error = Error,
            Variable = name => name == "KCPTUN_KEY" ? KeyVariable : null,
            Time = Time,
            Signals = this,
            CreateTunnel = (options, loggers) =>
            {
                Effective = options;
                return new FakeTunnel(this, loggers.CreateLogger("tunnel"));
            },
        };
        return await new CommandLine(environment).RunAsync("kcptun", words);
    }

    public void Dispose() => _output.Dispose();

    /// <summary>A tunnel that only records how it is driven.</summary>
    internal sealed class FakeTunnel(CliRun run, ILogger logger) : ITunnelHost
    {
        public CliRun Run => run;

        public SnmpCounters Counters { get; } = new() { BytesSent = 7 };

        public void TrimMemory()
        {
            // It has none.
        }

        public string Listen() => run.ListenFailure is { } failure ? throw failure : "127.0.0.1:23917";

        public void DeriveKeys() => KcpTun.Cli.Logging.PlainLines.Line(logger, "(deriving)");

        public Task<int> RunAsync(CancellationToken drain) => run.Body(this);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
