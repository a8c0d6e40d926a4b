using KcpTun.Primitives;

namespace KcpTun.Smux;

/// <summary>Keepalive and the check for a silent peer (PROTOCOL e.7).</summary>
public sealed partial class SmuxSession
{
    private readonly FrameQueue _keepAliveQueue = new(0);
    private Instant _nextKeepAlive;
    private Instant _nextCheck;

    // Not told from the times: the first frame may well come in the moment in which the session begins.
    private bool _hasHeard;
    private bool _hasHeardSinceCheck;

    /// <summary>When the last frame header arrived; the session's start before the first.</summary>
    public Instant LastActivity { get; private set; }

    /// <summary>
    /// The peer has been silent for a whole check interval although we were ready to receive: the caller closes the
    /// session, and nothing is sent.
    /// </summary>
    public bool IsTimedOut { get; private set; }

    /// <summary>When <see cref="HandleTimer"/> wants to be called next.</summary>
    public Instant NextDeadline => IsTimedOut ? Instant.Never : Instant.Min(_nextKeepAlive, _nextCheck);

    /// <summary>Does what is due: queues a NOP, checks for silence. Calling it early is harmless.</summary>
    public void HandleTimer(Instant now)
    {
        if (IsTimedOut)
            return;
        if (now >= _nextKeepAlive)
        {
            // A NOP that has not been sent yet serves this interval as well. A server that has never heard a frame may
            // be talking to what is left of another session, and must not keep that alive (differs).
            if (_keepAliveQueue.IsEmpty && (_isClient || _hasHeard))
                _scheduler.Push(_keepAliveQueue, FrameClass.Control, _sequence++);
            _nextKeepAlive = FollowingTick(_nextKeepAlive, _options.KeepAliveSeconds, now);
        }

        if (now >= _nextCheck)
            CheckActivity(now);
    }

    private void StartTimers(Instant now)
    {
        LastActivity = now;
        _nextKeepAlive = now.AddSeconds(_options.KeepAliveSeconds);
        _nextCheck = now.AddSeconds(_options.KeepAliveTimeoutSeconds);
    }

    /// <summary>A frame header has arrived; any frame counts.</summary>
    private void NoteActivity(Instant now)
    {
        LastActivity = now;
        _hasHeard = true;
        _hasHeardSinceCheck = true;
    }

    /// <summary>While the bucket is empty the silence is ours, so it proves nothing.</summary>
    private void CheckActivity(Instant now)
    {
        IsTimedOut = !_hasHeardSinceCheck && CanReceive;
        _hasHeardSinceCheck = false;
        _nextCheck = FollowingTick(_nextCheck, _options.KeepAliveTimeoutSeconds, now);
    }

    /// <summary>Ticks that a late caller has missed are dropped, not made up for.</summary>
    private static Instant FollowingTick(Instant tick, int seconds, Instant now)
    {
        Instant next = tick.AddSeconds(seconds);
        return next > now ? next : now.AddSeconds(seconds);
    }
}
