using KcpTun.Primitives;

namespace KcpTun.Tunnel;

/// <summary>
/// Ends a tunnel without losing what it has accepted: waits until every session has its data acknowledged, then stops
/// the drivers. Keeps track of the drivers for that.
/// </summary>
public sealed class TunnelShutdown(TunnelContext context)
{
    /// <summary>How long a drain may take: as long as kcptun waits before it exits by force (OPTIONS §5).</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly object _gate = new();
    private readonly List<LinkDriver> _drivers = [];
    private readonly List<LinkSession> _sessions = [];

    internal void Track(LinkDriver driver)
    {
        lock (_gate)
            _drivers.Add(driver);
        _ = ForgetAsync(driver);
    }

    internal void Track(LinkSession session)
    {
        lock (_gate)
            _sessions.Add(session);
        _ = ForgetAsync(session);
    }

    internal void Track(LinkDriver driver, LinkSession session)
    {
        Track(driver);
        Track(session);
    }

    internal async Task DrainAsync()
    {
        Instant limit = context.Now.AddMicroseconds((long)Limit.TotalMicroseconds);
        // Half-closes and last bytes are in the drivers' mail; give them a turn before asking.
        do
            await context.Delay(s_poll);
        while (Unsent() > 0 && context.Now < limit);
        LinkDriver[] drivers;
        lock (_gate)
            drivers = [.. _drivers];
        foreach (LinkDriver driver in drivers)
            driver.Stop();
        // One after the other: WhenAll would finish on the thread pool, outside the caller's context.
        foreach (LinkDriver driver in drivers)
            await driver.Stopped;
    }

    private int Unsent()
    {
        lock (_gate)
            return _sessions.Count(session => !session.IsSendIdle);
    }

    private async Task ForgetAsync(LinkDriver driver)
    {
        await driver.Stopped;
        lock (_gate)
            _drivers.Remove(driver);
    }

    private async Task ForgetAsync(LinkSession session)
    {
        await session.Completion;
        lock (_gate)
            _sessions.Remove(session);
    }
}
