namespace KcpTun.IO;

/// <summary>
/// Tells a sleeping thread from a running one, so that a wake costs a system call only when somebody sleeps, and
/// many wakes cost one. A wake that comes while the thread runs is remembered and keeps it from going to sleep.
/// </summary>
internal struct WakeSignal
{
    private const int Running = 0;
    private const int Waiting = 1;
    private const int Raised = 2;

    private int _state;

    /// <summary>Any thread.</summary>
    /// <returns>True when the waiter may be asleep and the caller must interrupt it.</returns>
    /// <remarks>
    /// Always a full fence, even when already raised: what the caller published before must be visible to a waiter
    /// that takes this wake for the earlier one.
    /// </remarks>
    public bool Raise() => Interlocked.Exchange(ref _state, Raised) == Waiting;

    /// <summary>The waiter, before it sleeps.</summary>
    /// <returns>False when a wake has come since the last wait; it is consumed and there must be no sleep.</returns>
    public bool TryBeginWait()
    {
        if (Interlocked.CompareExchange(ref _state, Waiting, Running) == Running)
            return true;
        EndWait();
        return false;
    }

    /// <summary>
    /// The waiter, after its sleep. An interruption still under way then ends the next sleep early, which is harmless.
    /// </summary>
    public void EndWait() => Interlocked.Exchange(ref _state, Running);
}
