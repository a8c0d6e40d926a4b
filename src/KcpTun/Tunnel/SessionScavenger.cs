using KcpTun.Primitives;

namespace KcpTun.Tunnel;

/// <summary>
/// Looks after sessions that were replaced in their slot: they keep serving their streams, are closed when the last
/// one is gone, and with <c>autoexpire</c> at the latest <c>scavengettl</c> after they expired (PROTOCOL i.2). Costs
/// nothing while there is none.
/// </summary>
internal sealed class SessionScavenger(
    TunnelContext context, int autoExpireSeconds, int ttlSeconds, CancellationToken stopping)
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly List<(LinkSession Session, Instant DialledAt)> _retired = [];
    private bool _isRunning;

    public void Retire(LinkSession session, Instant dialledAt)
    {
        lock (_gate)
        {
            _retired.Add((session, dialledAt));
            if (_isRunning)
                return;
            _isRunning = true;
        }

        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        try
        {
            do
                await context.Delay(s_period, stopping);
            while (Sweep(context.Now));
        }
        catch (OperationCanceledException)
        {
            // Shutting down: the tunnel closes every session itself.
        }
    }

    private bool Sweep(Instant now)
    {
        lock (_gate)
        {
            _retired.RemoveAll(entry => IsDone(entry.Session, entry.DialledAt, now));
            _isRunning = _retired.Count > 0;
            return _isRunning;
        }
    }

    private bool IsDone(LinkSession session, Instant dialledAt, Instant now)
    {
        Instant limit = dialledAt.AddSeconds((long)autoExpireSeconds + ttlSeconds);
        if (!session.HasEnded && autoExpireSeconds > 0 && now > limit)
        {
            Log.ScavengedByTtl(context.Logger, session.Local);
            session.Close();
            return true;
        }

        if (!session.HasEnded && session.StreamCount == 0)
            session.Close();
        else if (!session.HasEnded)
            return false;
        Log.ScavengedClosed(context.Logger, session.Local);
        return true;
    }
}
