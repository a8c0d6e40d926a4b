namespace KcpTun.Sim.Engine;

/// <summary>A timer of the base library in virtual time.</summary>
internal sealed class SimTimer(SimLoop loop, SimClock clock, TimerCallback callback, object? state) : ITimer
{
    private Shot? _shot;
    private long _period = SimTime.Never;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        // An event cannot be taken back: the old one finds that it is no longer the timer's.
        _shot = null;
        _period = period > TimeSpan.Zero ? clock.ToVirtual(period.Ticks * 100) : SimTime.Never;
        if (dueTime >= TimeSpan.Zero)
            Arm(loop.Now + clock.ToVirtual(dueTime.Ticks * 100));
        return true;
    }

    public void Dispose() => _shot = null;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Arm(long time)
    {
        _shot = new Shot(this);
        loop.Schedule(time, _shot);
    }

    private void OnShot(Shot shot, long now)
    {
        if (_shot != shot)
            return;
        _shot = null;
        if (_period != SimTime.Never)
            Arm(now + _period);
        callback(state);
    }

    private sealed class Shot(SimTimer owner) : SimEvent
    {
        protected internal override void Fire(long now) => owner.OnShot(this, now);
    }
}
