namespace KcpTun.Kcp.Auto;

/// <summary>
/// What this session got while a queue stood. Then all sessions together got what the path carries; if each went on
/// with the most it ever got, they would fill the queue again (BBR's bw_lo, draft-ietf-ccwg-bbr).
/// </summary>
internal struct FairShare
{
    private readonly int _percent;
    private long _rateOfRound;
    private long _rateOfLastRound;
    private bool _hadQueue;
    private bool _hasQueue;

    public FairShare(AutoParameters parameters) => _percent = parameters.FairSharePercent;

    /// <summary>Bytes a second; the largest number while no such queue has stood in a cycle of the gain.</summary>
    public long Limit { get; private set; } = long.MaxValue;

    /// <summary>Bytes a second have arrived.</summary>
    public void OnRate(long rate) => _rateOfRound = Math.Max(_rateOfRound, rate);

    /// <summary>A round trip is over.</summary>
    public void OnRound()
    {
        _rateOfLastRound = _rateOfRound;
        _rateOfRound = 0;
    }

    /// <summary>Whether a queue stands that this session may have part in; one that never empties is another's.
    /// </summary>
    public void OnQueue(bool stands)
    {
        long rate = Math.Max(_rateOfRound, _rateOfLastRound);
        // What an application did not ask for says nothing about its share.
        if (stands && !_hasQueue && rate > 0)
            Limit = rate * _percent / 100;
        _hadQueue |= stands;
        _hasQueue = stands;
    }

    /// <summary>The gain begins its cycle anew.</summary>
    public void OnCycle()
    {
        if (!_hadQueue)
            Limit = long.MaxValue;
        _hadQueue = false;
    }
}
