using KcpTun.Sim.Running;

namespace KcpTun.Sim.Reports;

/// <summary>One part of the bytes on the wire.</summary>
internal sealed record WirePart(string Name, Func<WireMetrics, long> Bytes)
{
    /// <summary>All parts, in the order they are stacked; they add up to the total.</summary>
    public static IReadOnlyList<WirePart> All { get; } =
    [
        new("payload", wire => wire.PayloadBytes),
        new("headers", wire => wire.HeaderBytes),
        new("parity", wire => wire.ParityBytes),
        new("sent again: timeout", wire => wire.TimeoutBytes),
        new("sent again: fast", wire => wire.FastBytes),
        new("sent again: early", wire => wire.EarlyBytes),
        new("acknowledgements", wire => wire.AckBytes),
        new("plain TCP", wire => wire.TcpBytes),
    ];
}
