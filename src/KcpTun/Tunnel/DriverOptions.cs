using KcpTun.Link;
using KcpTun.Primitives;
using Microsoft.Extensions.Logging;

namespace KcpTun.Tunnel;

/// <summary>What a <see cref="LinkDriver"/> is built from.</summary>
/// <param name="Link">Settings of every session.</param>
/// <param name="Pass">The derived secret, 32 bytes (PROTOCOL a.1).</param>
/// <param name="Entropy">The driver's own source of chance.</param>
/// <param name="Budget">The process-wide memory budget.</param>
/// <param name="Logger">Takes the rate-limited diagnosis of what is wrong on the wire.</param>
public sealed record DriverOptions(
    LinkOptions Link, byte[] Pass, IEntropy Entropy, MemoryBudget Budget, ILogger Logger)
{
    /// <summary>Sessions a server keeps at once; datagrams that would open more are dropped and counted.</summary>
    public int MaxSessions { get; init; } = 16384;

    /// <summary>Sessions nobody has accepted yet (kcp-go's backlog, PROTOCOL c.10).</summary>
    public int AcceptBacklog { get; init; } = 128;
}
