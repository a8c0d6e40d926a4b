using System.Net;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging.Abstractions;

namespace KcpTun.Concurrency.Harness;

/// <summary>What a tunnel asks for besides drivers: a clock that stands still, and no network.</summary>
internal sealed class Surroundings : INetwork
{
    private static readonly ClientOptions s_options = new() { Crypt = "null", RemoteAddr = "192.0.2.1:29900" };
    private static readonly TunnelKeys s_keys = TunnelKeys.Derive(s_options);

    public IClock Clock { get; } = new ManualClock();

    /// <summary>A client's context; the keys are derived once for all schedules.</summary>
    public static TunnelContext CreateContext() =>
        TunnelContext.Create(s_options, new Surroundings(), NullLogger.Instance, s_keys);

    public IEntropy CreateEntropy() => new FixedEntropy();

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public IDatagramChannel OpenDatagramChannel(IPEndPoint local, DatagramSocketOptions options) =>
        throw new NotSupportedException();

    public IStreamListener Listen(StreamEndPoint endPoint) => throw new NotSupportedException();

    public ValueTask<IStreamConnection> ConnectAsync(StreamEndPoint endPoint, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public void RunDriver(string name, IDatagramChannel channel, Func<Instant, Instant?> step) =>
        throw new NotSupportedException();
}
