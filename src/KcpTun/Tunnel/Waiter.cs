using System.Threading.Tasks.Sources;

namespace KcpTun.Tunnel;

/// <summary>
/// A reusable, allocation-free signal for one waiter at a time. All members but the awaited task are called under the
/// owner's gate. A signal never runs the continuation on its own thread; <see cref="Complete"/> does.
/// </summary>
internal sealed class Waiter : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;

    public bool IsArmed { get; private set; }

    /// <summary>Starts a wait.</summary>
    /// <exception cref="InvalidOperationException">
    /// Another wait is under way: one reader and one writer at a time.
    /// </exception>
    public ValueTask ArmLocked()
    {
        if (IsArmed)
            throw new InvalidOperationException("A stream takes one read and one write at a time.");
        IsArmed = true;
        _core.Reset();
        _core.RunContinuationsAsynchronously = true;
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Ends the wait, if there is one.</summary>
    public void SignalLocked()
    {
        if (!IsArmed)
            return;
        IsArmed = false;
        _core.SetResult(true);
    }

    /// <summary>Takes the wait, if there is one; the caller ends it with <see cref="Complete"/>.</summary>
    public bool TryTakeLocked()
    {
        bool isTaken = IsArmed;
        IsArmed = false;
        return isTaken;
    }

    /// <summary>Ends a wait that was taken and runs what waited, here and now. Outside the gate.</summary>
    public void Complete()
    {
        _core.RunContinuationsAsynchronously = false;
        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
