using KcpTun.Primitives;

namespace KcpTun.Tunnel;

/// <summary>
/// One of a client's <c>conn</c> places for a session: dialled when first needed, and anew when the session has ended,
/// has expired or no longer gets through. Callers may come from any thread.
/// </summary>
internal sealed class SessionSlot(
    int autoExpireSeconds, Func<CancellationToken, Task<LinkSession>> dial, Action<LinkSession, Instant> retire)
{
    /// <summary>
    /// A session that has had nothing acknowledged for this long gets no new streams: at 40 % loss the chance of eight
    /// silent seconds on a living path is negligible, while waiting for the keepalive verdict takes 30 to 60.
    /// </summary>
    public const int StallSeconds = 8;

    private readonly object _gate = new();
    private LinkSession? _session;
    private Instant _dialledAt;
    private Task<LinkSession>? _dialling;

    /// <summary>The session, if a new stream may use it now.</summary>
    public LinkSession? Usable(Instant now)
    {
        lock (_gate)
            return UsableLocked(now);
    }

    /// <summary>The session, dialling if there is none that may be used. The dial is shared by all who wait.</summary>
    public Task<LinkSession> AcquireAsync(Func<Instant> now, CancellationToken stopping)
    {
        lock (_gate)
        {
            if (UsableLocked(now()) is { } session)
                return Task.FromResult(session);
            return _dialling ??= DialAsync(now, stopping);
        }
    }

    private LinkSession? UsableLocked(Instant now)
    {
        if (_session is not { HasEnded: false } session)
            return null;
        bool isExpired = autoExpireSeconds > 0 && now > _dialledAt.AddSeconds(autoExpireSeconds);
        bool isStalled = session.StalledSince != Instant.Never && now > session.StalledSince.AddSeconds(StallSeconds);
        return isExpired || isStalled ? null : session;
    }

    private async Task<LinkSession> DialAsync(Func<Instant> now, CancellationToken stopping)
    {
        // The caller holds the gate until the first await; dialling must not run under it.
        await Task.Yield();
        try
        {
            LinkSession session = await dial(stopping);
            LinkSession? replaced;
            Instant replacedAt;
            lock (_gate)
            {
                (replaced, replacedAt) = (_session, _dialledAt);
                _session = session;
                _dialledAt = now();
                _dialling = null;
            }

            if (replaced is { HasEnded: false })
                retire(replaced, replacedAt);
            return session;
        }
        catch
        {
            lock (_gate)
                _dialling = null;
            throw;
        }
    }
}
