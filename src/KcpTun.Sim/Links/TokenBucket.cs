namespace KcpTun.Sim.Links;

/// <summary>A policer's bucket, in units of a bit per nanosecond of its rate, so that filling it is exact.</summary>
internal struct TokenBucket
{
    private long _level;
    private long _filledAt;
    private PolicerSpec? _spec;

    /// <summary>Takes the tokens of a datagram, if they are there.</summary>
    /// <param name="bytes">Overhead included.</param>
    public bool TryTake(PolicerSpec spec, long bytes, long now)
    {
        long depth = spec.Burst * TransmissionClock.BitNanoseconds;
        if (_spec != spec)
        {
            // A new policer starts with a full bucket.
            _spec = spec;
            _level = depth;
            _filledAt = now;
        }

        UInt128 gain = Math.BigMul((ulong)(now - _filledAt), (ulong)spec.Rate);
        _filledAt = now;
        _level = gain >= (UInt128)(depth - _level) ? depth : _level + (long)gain;
        long cost = bytes * TransmissionClock.BitNanoseconds;
        if (_level < cost)
            return false;
        _level -= cost;
        return true;
    }
}
