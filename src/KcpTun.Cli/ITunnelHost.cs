using KcpTun.Primitives;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli;

/// <summary>One end of a tunnel as the command line drives it, in the order of kcptun's start (PROTOCOL i.1).</summary>
internal interface ITunnelHost : IAsyncDisposable
{
    /// <summary>The counters of the moment, of all sessions together. Any thread.</summary>
    SnmpCounters Counters { get; }

    /// <summary>Asks the tunnel to give back what memory it does not need now. Any thread.</summary>
    void TrimMemory();

    /// <summary>Client only: binds the local listener, which comes before the settings are printed.</summary>
    /// <returns>The bound address as Go prints it.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    string Listen();

    /// <summary>Derives the cipher's key and QPP's pads; takes noticeable time.</summary>
    void DeriveKeys();

    /// <summary>Carries connections until <paramref name="drain"/> is cancelled or nothing can go on.</summary>
    /// <returns>The exit status.</returns>
    Task<int> RunAsync(CancellationToken drain);
}

/// <summary>Makes the end that <paramref name="options"/> describe: a client for <see cref="ClientOptions"/>.</summary>
internal delegate ITunnelHost TunnelHostFactory(TunnelOptions options, ILoggerFactory loggers);
