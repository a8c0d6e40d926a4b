namespace KcpTun.Sim.Links;

/// <summary>
/// Says when the bottleneck has sent a datagram, at a constant rate. Fractions of a nanosecond add up over a busy
/// period instead of being rounded away.
/// </summary>
internal struct TransmissionClock
{
    /// <summary>Bits in a byte times nanoseconds in a second.</summary>
    public const long BitNanoseconds = 8 * Engine.SimTime.Second;

    private long _rate;
    private long _freeAt;

    // Below one nanosecond, in units of 1/rate.
    private long _remainder;

    /// <param name="bytes">Of the datagram, overhead included.</param>
    /// <param name="now">When its transmission begins.</param>
    /// <param name="rate">Bits per second, above 0.</param>
    /// <returns>When it ends.</returns>
    public long Finish(long bytes, long now, long rate)
    {
        if (now != _freeAt || rate != _rate)
            _remainder = 0;
        _rate = rate;
        (long nanoseconds, _remainder) = Math.DivRem((bytes * BitNanoseconds) + _remainder, rate);
        _freeAt = now + nanoseconds;
        return _freeAt;
    }
}
