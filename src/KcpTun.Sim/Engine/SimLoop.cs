namespace KcpTun.Sim.Engine;

/// <summary>
/// Virtual time and everything that happens in it, on one thread. It is also the synchronisation context of all
/// asynchronous code of a run, so that a continuation runs here, in a fixed order, or the run fails.
/// </summary>
public sealed class SimLoop : SynchronizationContext
{
    /// <summary>Callbacks that may run without time passing before the run counts as stuck.</summary>
    private const int MaxCallbacksAtOnce = 5_000_000;

    private readonly EventQueue _events = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private (SendOrPostCallback Callback, object? State)[] _ready = new (SendOrPostCallback, object?)[256];
    private int _readyHead;
    private int _readyCount;
    private string? _violation;

    /// <summary>Virtual time, ns.</summary>
    public long Now { get; private set; }

    /// <summary>Events and callbacks so far.</summary>
    public long Turns { get; private set; }

    /// <summary>How the run has left its thread, or null: such a run has no value.</summary>
    public string? Violation => Volatile.Read(ref _violation);

    /// <summary>
    /// Lets chance order what happens at the same time (swarm); otherwise it is the order of queueing.
    /// </summary>
    public void ShuffleTies(RandomStream ties) => _events.Ties = ties;

    /// <summary>
    /// Queues an event, or moves it forward. It never moves back: who needs that lets it fire and queues it anew.
    /// </summary>
    /// <param name="time">Virtual ns; a time in the past means now.</param>
    public void Schedule(long time, SimEvent simEvent)
    {
        AssertThread();
        time = Math.Max(time, Now);
        if (time >= simEvent.QueuedFor)
            return;
        simEvent.QueuedFor = time;
        _events.Enqueue(time, simEvent);
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!AssertThread())
            return;
        if (_readyCount == _ready.Length)
            Grow();
        _ready[(_readyHead + _readyCount++) & (_ready.Length - 1)] = (d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing in a run may block.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs until <paramref name="isDone"/>, <paramref name="limit"/> or the end of all events.</summary>
    /// <returns>Whether <paramref name="isDone"/> was reached.</returns>
    public bool Run(Func<bool> isDone, long limit)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        try
        {
            while (Violation is null)
            {
                Drain();
                if (isDone())
                    return true;
                if (_events.NextTime > limit || _events.Count == 0)
                    break;
                Now = _events.NextTime;
                FireDue();
            }

            if (Violation is null && _events.NextTime > limit)
                Now = limit;
            return isDone();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Whether the caller is the run's own thread; if not, the run has failed.</summary>
    internal bool AssertThread()
    {
        if (Environment.CurrentManagedThreadId == _thread)
            return true;
        Interlocked.CompareExchange(
            ref _violation, $"a continuation ran on a foreign thread:\n{Environment.StackTrace}", null);
        return false;
    }

    /// <summary>Ends the run as not deterministic or stuck.</summary>
    internal void Fail(string reason) => Interlocked.CompareExchange(ref _violation, reason, null);

    private void FireDue()
    {
        while (_events.NextTime == Now)
        {
            SimEvent simEvent = _events.Dequeue();
            // Moved forward meanwhile: this is the stale entry.
            if (simEvent.QueuedFor != Now)
                continue;
            simEvent.QueuedFor = SimTime.Never;
            Turns++;
            simEvent.Fire(Now);
            Drain();
        }
    }

    private void Drain()
    {
        int budget = MaxCallbacksAtOnce;
        while (_readyCount > 0)
        {
            (SendOrPostCallback callback, object? state) = _ready[_readyHead];
            _ready[_readyHead] = default;
            _readyHead = (_readyHead + 1) & (_ready.Length - 1);
            _readyCount--;
            Turns++;
            callback(state);
            if (--budget == 0)
            {
                Fail($"stuck at {Now} ns: callbacks call each other and time does not pass");
                return;
            }
        }
    }

    private void Grow()
    {
        var larger = new (SendOrPostCallback, object?)[_ready.Length * 2];
        for (int i = 0; i < _readyCount; i++)
            larger[i] = _ready[(_readyHead + i) & (_ready.Length - 1)];
        _ready = larger;
        _readyHead = 0;
    }
}
