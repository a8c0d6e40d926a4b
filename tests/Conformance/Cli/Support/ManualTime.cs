namespace KcpTun.Conformance.Cli.Support;

/// <summary>A clock that moves only when told to; timers fire on the way. Timers may be made on any thread.</summary>
internal sealed class ManualTime(DateTimeOffset start, TimeSpan offset = default) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];
    private DateTimeOffset _now = start;

    public override TimeZoneInfo LocalTimeZone { get; } =
        TimeZoneInfo.CreateCustomTimeZone("test", offset, "test", "test");

    /// <summary>Ends when so many timers wait: what a timer has set off on other threads is done by then.</summary>
    public Task WaitForTimersAsync(int count)
    {
        var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waits.Add((count, wait));
            CompleteWaitsLocked();
        }

        return wait.Task;
    }

    public override DateTimeOffset GetUtcNow() => _now.ToUniversalTime();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, () => callback(state));
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan span)
    {
        DateTimeOffset end = _now + span;
        while (TakeDue(end) is { } next)
            next.Fire();
        _now = end;
    }

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            ManualTimer? next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is null)
                return null;
            _now = next.Due!.Value;
            next.Due = null;
            return next;
        }
    }

    private void CompleteWaitsLocked()
    {
        int waiting = _timers.Count(timer => timer.Due is not null);
        foreach ((_, TaskCompletionSource reached) in _waits.Where(wait => wait.Count <= waiting))
            reached.SetResult();
        _waits.RemoveAll(wait => wait.Count <= waiting);
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                time.CompleteWaitsLocked();
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                Due = null;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
