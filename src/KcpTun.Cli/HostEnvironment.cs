using KcpTun.Cli.Logging;

namespace KcpTun.Cli;

/// <summary>The process around the command line; tests bring their own.</summary>
internal sealed record HostEnvironment
{
    /// <summary>What <c>version:</c> and <c>-v</c> print.</summary>
    public required string Version { get; init; }

    /// <summary>Standard output.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>True when colours are welcome on <see cref="Output"/>.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Standard error.</summary>
    public required ILineSink Error { get; init; }

    /// <summary>An environment variable: null when it does not exist, which differs from empty.</summary>
    public required Func<string, string?> Variable { get; init; }

    public required TimeProvider Time { get; init; }

    public required IProcessSignals Signals { get; init; }

    public required TunnelHostFactory CreateTunnel { get; init; }
}
