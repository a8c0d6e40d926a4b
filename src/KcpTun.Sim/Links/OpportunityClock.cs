namespace KcpTun.Sim.Links;

/// <summary>
/// Says when the bottleneck has sent a datagram, by recorded opportunities: a long datagram may need several of them,
/// and short ones share one (as mahimahi has it).
/// </summary>
internal struct OpportunityClock
{
    // The opportunity used last, and what is left of it.
    private DeliveryTrace? _trace;
    private long _index;
    private long _time;
    private long _left;

    /// <param name="bytes">Of the datagram, overhead included.</param>
    /// <param name="now">When its transmission begins.</param>
    /// <returns>When it ends.</returns>
    public long Finish(long bytes, long now, DeliveryTrace trace)
    {
        if (_trace != trace || now != _time)
        {
            _trace = trace;
            _index = trace.FirstAfter(now) - 1;
            _time = now;
            _left = 0;
        }

        long more = Needed(bytes);
        _left += (more * DeliveryTrace.OpportunityBytes) - bytes;
        _index += more;
        if (more > 0)
            _time = trace.TimeOf(_index);
        return _time;
    }

    /// <summary>When <paramref name="bytes"/> that wait behind the datagram in transmission will have gone.</summary>
    public readonly long Expect(long bytes)
    {
        long more = Needed(bytes);
        return more == 0 ? _time : _trace!.TimeOf(_index + more);
    }

    private readonly long Needed(long bytes) =>
        bytes <= _left ? 0 : (bytes - _left + DeliveryTrace.OpportunityBytes - 1) / DeliveryTrace.OpportunityBytes;
}
