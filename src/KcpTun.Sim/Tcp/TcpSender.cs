using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Tcp;

/// <summary>
/// When which segment leaves: CUBIC's window, loss detection and tail probes of RACK-TLP, selective repair (RFC 6675),
/// timeouts. As Linux does it, but for proportional rate reduction, F-RTO and pacing.
/// </summary>
/// <param name="emit">Puts a segment on the path.</param>
internal sealed class TcpSender(Action<OutSegment> emit)
{
    /// <summary>Bytes that the application may be ahead: what Linux grows to.</summary>
    private const int BufferBytes = 4 * 1024 * 1024;

    /// <summary>Longest that the other side holds an acknowledgement back, as a probe assumes it.</summary>
    private const long LongestDelay = RoundTripTimer.LeastTimeout;

    private const long LeastProbe = 2 * SimTime.Millisecond;

    /// <summary>Recoveries after which a needless one is forgotten (RFC 8985, section 6.2).</summary>
    private const int Memory = 16;

    private const int NothingToUndo = -1;

    private readonly Scoreboard _board = new();
    private readonly CubicWindow _window = new();
    private readonly RoundTripTimer _timer = new();
    private readonly Queue<OutSegment> _waiting = new();
    private OutSegment? _open;
    private long _written;
    private long _next;
    private long _limit = 1;
    private long _recoveryEnd = -1;
    private bool _isAfterTimeout;
    private bool _isWindowTheLimit;
    private bool _isProbing;
    private long _active;
    private int _doubtful = NothingToUndo;
    private long _doubtfulFrom;
    private long _timeoutAt;
    private long _probeEnd = SimTime.Never;
    private int _remembered;
    private long _patienceEnd;
    private long _lossDeadline = SimTime.Never;
    private long _probeDeadline = SimTime.Never;
    private long _timeoutDeadline = SimTime.Never;

    /// <summary>All bytes below it have arrived; 0 until the SYN has.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Bytes that the application may write now.</summary>
    public int Free => (int)Math.Max(0, BufferBytes - (_written - Acknowledged));

    /// <summary>The byte that is sent next for the first time.</summary>
    public long Next => _next;

    /// <summary>Everything has arrived.</summary>
    public bool IsDone => _board.Count == 0 && _waiting.Count == 0;

    /// <summary>When <see cref="OnTime"/> is due, ns.</summary>
    public long Deadline => Math.Min(_lossDeadline, Math.Min(_probeDeadline, _timeoutDeadline));

    private bool IsRecovering => _recoveryEnd >= 0;

    /// <summary>Queues what opens or ends the stream.</summary>
    public void Write(TcpFlags flags)
    {
        var segment = new OutSegment { Start = _written, Flags = flags };
        _written = segment.End;
        _waiting.Enqueue(segment);
        _open = null;
    }

    /// <summary>Queues bytes, of which <see cref="Free"/> may be taken.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_open is null || _open.Length == TcpHeader.MaxPayload)
            {
                _open = new OutSegment { Start = _written };
                _waiting.Enqueue(_open);
            }

            int length = Math.Min(bytes.Length, TcpHeader.MaxPayload - _open.Length);
            bytes[..length].CopyTo(_open.Payload.AsSpan(_open.Length));
            _open.Length += length;
            _written += length;
            bytes = bytes[length..];
        }
    }

    /// <summary>The other side has said what it has and what it has room for.</summary>
    public void OnAcknowledgement(long acknowledged, int window, ReadOnlySpan<TcpRange> blocks, long now)
    {
        if (acknowledged > _next)
            return;
        _limit = Math.Max(_limit, acknowledged + window);
        AckResult result = _board.Acknowledge(acknowledged, blocks, now);
        if (result.RoundTrip is { } roundTrip)
        {
            _timer.OnSample(roundTrip);
            _window.OnRoundTrip(acknowledged, _next, roundTrip);
        }

        if (acknowledged > Acknowledged)
        {
            Acknowledged = acknowledged;
            _timeoutDeadline = SimTime.Never;
        }

        if (result.Delivered > 0)
        {
            _timer.OnProgress();
            _isProbing = false;
            _active = now;
        }

        if (result.Duplicate is { } duplicate)
            OnDuplicate(duplicate);
        JudgeProbe(acknowledged, result.Duplicate is not null);
        if (IsRecovering && acknowledged >= _recoveryEnd)
            EndRecovery();
        LookForLoss(now);
        if (result.Delivered > 0 && _isWindowTheLimit && (!IsRecovering || _isAfterTimeout))
            _window.OnDelivered(result.Delivered, now, _timer.Smoothed);
        Send(now);
    }

    /// <summary>Sends what may leave.</summary>
    public void Send(long now)
    {
        _isWindowTheLimit = true;
        while (_board.Pipe < (int)_window.Segments)
        {
            if (_board.FirstLost() is { } lost)
            {
                Transmit(lost, isFirst: false, now);
            }
            else if (!TrySendNext(now))
            {
                _isWindowTheLimit = false;
                break;
            }
        }

        ArmTimers(now);
    }

    /// <summary>A deadline has come.</summary>
    public void OnTime(long now)
    {
        if (now >= _lossDeadline)
        {
            LookForLoss(now);
        }
        else if (now >= _probeDeadline)
        {
            _isProbing = true;
            if (!TrySendNext(now) && _board.LastMissing() is { } last)
            {
                _probeEnd = _next;
                Transmit(last, isFirst: false, now);
            }

            _timeoutDeadline = SimTime.Never;
        }
        else if (now >= _timeoutDeadline)
        {
            OnTimeout(now);
        }

        Send(now);
    }

    private void OnTimeout(long now)
    {
        _timer.OnTimeout();
        _timeoutDeadline = SimTime.Never;
        if (_board.Count == 0)
        {
            // The other side had no room, and its word of having some again may be lost.
            if (_waiting.TryDequeue(out OutSegment? probe))
                Transmit(probe, isFirst: true, now);
            return;
        }

        _board.LoseAll();
        // One reduction for what was under way, and one for each segment that the timer sends (RFC 5681, section 3.1).
        if (!IsRecovering || (_isAfterTimeout && Acknowledged > _timeoutAt))
            Reduce();
        _window.Collapse();
        (_recoveryEnd, _isAfterTimeout, _timeoutAt) = (_next, true, Acknowledged);
    }

    /// <summary>A segment was sent again needlessly. When all were, so was the reduction.</summary>
    private void OnDuplicate(TcpRange duplicate)
    {
        if (Acknowledged >= _patienceEnd)
        {
            _patienceEnd = _next;
            _remembered = Memory;
            _board.BeMorePatient();
        }

        if (_doubtful <= 0 || duplicate.Start < _doubtfulFrom || --_doubtful > 0)
            return;
        _doubtful = NothingToUndo;
        _window.Undo();
    }

    /// <summary>
    /// What a probe has repaired was lost, and counts like any loss, although nobody else has seen it (RFC 8985,
    /// section 7.4).
    /// </summary>
    private void JudgeProbe(long acknowledged, bool hasDuplicate)
    {
        if (acknowledged < _probeEnd || (acknowledged == _probeEnd && !hasDuplicate))
            return;
        _probeEnd = SimTime.Never;
        if (!hasDuplicate && !IsRecovering)
            _window.OnCongestion();
    }

    private void Reduce()
    {
        _window.OnCongestion();
        (_doubtful, _doubtfulFrom, _probeEnd) = (0, Acknowledged, SimTime.Never);
    }

    private void EndRecovery()
    {
        (_recoveryEnd, _isAfterTimeout) = (-1, false);
        if (_remembered > 0 && --_remembered == 0)
            _board.ForgetPatience();
    }

    private void LookForLoss(long now)
    {
        _lossDeadline = _board.DetectLoss(IsRecovering, _timer.Smoothed, now);
        // What was lost behind the end of one recovery is the beginning of the next.
        if (IsRecovering || !_board.HasLost)
            return;
        (_recoveryEnd, _isAfterTimeout) = (_next, false);
        Reduce();
        // The first leaves in any case (RFC 6675, section 5, step 4.3).
        if (_board.FirstLost() is { } first)
            Transmit(first, isFirst: false, now);
    }

    private bool TrySendNext(long now)
    {
        if (!_waiting.TryPeek(out OutSegment? next) || next.End > _limit)
            return false;
        _waiting.Dequeue();
        Transmit(next, isFirst: true, now);
        return true;
    }

    private void Transmit(OutSegment segment, bool isFirst, long now)
    {
        if (segment == _open)
            _open = null;
        if (_board.Count == 0)
            _window.OnIdle(now - _active, _timer.Timeout);
        _board.OnSent(segment, isFirst, now);
        if (!isFirst && _doubtful != NothingToUndo)
            _doubtful++;
        _next = Math.Max(_next, segment.End);
        _active = now;
        emit(segment);
    }

    private void ArmTimers(long now)
    {
        if (_board.Count == 0)
        {
            bool isBlocked = _waiting.TryPeek(out OutSegment? next) && next.End > _limit;
            _timeoutDeadline = !isBlocked ? SimTime.Never
                : _timeoutDeadline == SimTime.Never ? now + _timer.Timeout : _timeoutDeadline;
            _probeDeadline = SimTime.Never;
            return;
        }

        if (_timeoutDeadline == SimTime.Never)
            _timeoutDeadline = now + _timer.Timeout;
        bool mayProbe = !_isProbing && !IsRecovering && _timer.Smoothed > 0;
        long due = _active + (2 * _timer.Smoothed) + (_board.Count == 1 ? LongestDelay : LeastProbe);
        _probeDeadline = mayProbe ? Math.Min(due, _timeoutDeadline) : SimTime.Never;
    }
}
