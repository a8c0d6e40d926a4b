namespace KcpTun.Sim.Links;

/// <summary>
/// Takes datagrams from the queue as RFC 8289, section 5.3 to 5.5, tells it to: what has waited too long for too long
/// is dropped, at growing frequency, until the wait is short again.
/// </summary>
internal sealed class CoDel(WaitingQueue queue, ILinkSink sink)
{
    // Within this many intervals of the last drop, dropping resumes at about the frequency it had.
    private const int MemoryIntervals = 16;

    private long _firstAbove;
    private long _dropNext;
    private long _count;
    private long _lastCount;
    private bool _isDropping;

    /// <param name="bytes">What the datagram costs, overhead included.</param>
    /// <returns>False if nothing is left.</returns>
    public bool TryDequeue(CoDelSpec spec, long now, out LinkPacket packet, out int bytes)
    {
        bool isLate = TryTake(spec, now, out packet, out bytes);
        if (_isDropping)
        {
            _isDropping = isLate;
            while (_isDropping && now >= _dropNext)
            {
                sink.Drop(packet, DropReason.CoDel, now);
                _count++;
                _isDropping = TryTake(spec, now, out packet, out bytes);
                if (_isDropping)
                    _dropNext = ControlLaw(spec, _dropNext);
            }
        }
        else if (isLate)
        {
            sink.Drop(packet, DropReason.CoDel, now);
            TryTake(spec, now, out packet, out bytes);
            BeginDropping(spec, now);
        }

        return packet is not null;
    }

    /// <returns>Whether the datagram taken may be dropped.</returns>
    private bool TryTake(CoDelSpec spec, long now, out LinkPacket packet, out int bytes)
    {
        bool isWaiting = queue.TryDequeue(out packet, out bytes);
        if (!isWaiting || now - packet.SentAt < spec.Target || !queue.HasBacklog)
        {
            _firstAbove = 0;
            return false;
        }

        if (_firstAbove == 0)
            _firstAbove = now + spec.Interval;
        else
            return now >= _firstAbove;
        return false;
    }

    private void BeginDropping(CoDelSpec spec, long now)
    {
        _isDropping = true;
        long recent = _count - _lastCount;
        _count = recent > 1 && now - _dropNext < MemoryIntervals * spec.Interval ? recent : 1;
        _dropNext = ControlLaw(spec, now);
        _lastCount = _count;
    }

    /// <summary>The next drop comes an interval over the square root of the number of drops later.</summary>
    private long ControlLaw(CoDelSpec spec, long from)
    {
        UInt128 square = Math.BigMul((ulong)spec.Interval, (ulong)spec.Interval);
        return from + (long)FixedPoint.Sqrt(square / (ulong)_count);
    }
}
