using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>The periodic flush (PROTOCOL c.9).</content>
/// <remarks>
/// The reference flushes at creation and then <c>next</c> ms after each timer flush, for ever. The same points in
/// time form a grid here, but points at which a flush could do nothing are skipped, so an idle session has no
/// deadline and a session waiting to probe a closed window sleeps until then. Differs from the reference only in the
/// processor time it does not use.
/// </remarks>
public sealed partial class KcpSession
{
    private bool _isTimerStarted;
    private bool _isParked;
    private uint _nextTimerAt;

    /// <summary>What the next timer flush could achieve.</summary>
    private enum TimerWork
    {
        None,
        ProbeOnly,
        Any,
    }

    /// <summary>Flushes if the timer is due. The first call starts the schedule.</summary>
    /// <param name="now">Milliseconds.</param>
    /// <param name="output">Takes the packets.</param>
    public void HandleTimer(uint now, IKcpOutput output)
    {
        ResumeBurst(now, output);
        if (!TryGetTimerDeadline(now, out uint deadline) || SequenceNumber.Difference(now, deadline) < 0)
            return;
        _isTimerStarted = true;
        _isParked = false;
        _nextTimerAt = now + (uint)Flush(now, output);
    }

    /// <summary>When <see cref="HandleTimer"/> is due next; false while there is nothing to wait for.</summary>
    /// <param name="now">Milliseconds; ask again after every call that could have changed the session.</param>
    /// <param name="deadline">Milliseconds on the clock of <paramref name="now"/>; may be in the past.</param>
    public bool TryGetDeadline(uint now, out uint deadline)
    {
        bool hasDeadline = TryGetTimerDeadline(now, out deadline);
        if (!_isHeldBack || (hasDeadline && SequenceNumber.Difference(deadline, _resumeAt) <= 0))
            return hasDeadline;
        deadline = _resumeAt;
        return true;
    }

    private bool TryGetTimerDeadline(uint now, out uint deadline)
    {
        if (_auto is not null)
            return TryGetAutoDeadline(now, out deadline);
        deadline = now;
        if (!_isTimerStarted)
            return true;
        TimerWork work = PendingWork();
        if (work == TimerWork.Any)
        {
            if (_isParked)
                _nextTimerAt = GridPointFrom(now);
            _isParked = false;
            deadline = _nextTimerAt;
            return true;
        }

        _isParked = true;
        if (work == TimerWork.ProbeOnly)
        {
            deadline = GridPointFrom(_probe.DueAt);
            return true;
        }

        // Keeps the grid near the clock, whose differences are only meaningful within 2^31 ms.
        _nextTimerAt = GridPointFrom(now);
        return false;
    }

    private TimerWork PendingWork()
    {
        if (_acks.Count > 0 || _probe.Ask || _probe.Tell || _send.InFlight > 0)
            return TimerWork.Any;
        // A flush starts probing when the window has closed, and ends it when the window has opened.
        bool isProbing = _probe.Wait != 0;
        if (_remoteWindow == 0)
            return isProbing ? TimerWork.ProbeOnly : TimerWork.Any;
        return isProbing || _send.Queued > 0 ? TimerWork.Any : TimerWork.None;
    }

    /// <summary>First point of the flush grid that is not before <paramref name="time"/>.</summary>
    private uint GridPointFrom(uint time)
    {
        int behind = SequenceNumber.Difference(time, _nextTimerAt);
        if (behind <= 0)
            return _nextTimerAt;
        uint interval = (uint)_options.Interval;
        return _nextTimerAt + (((uint)behind + interval - 1) / interval * interval);
    }
}
