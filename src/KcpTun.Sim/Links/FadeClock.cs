using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>
/// Good and bad spells as a function of time alone: whatever is sent, and however much, meets the same fades.
/// </summary>
/// <param name="lengths">Decides the length of the spells, two for each fade.</param>
internal struct FadeClock(RandomStream lengths)
{
    private readonly RandomStream _lengths = lengths;
    private FadeSpec? _spec;
    private long _spell;
    private long _until;

    /// <param name="now">Not before that of an earlier call.</param>
    public bool IsBadAt(FadeSpec spec, long since, long now)
    {
        if (_spec != spec)
        {
            _spec = spec;
            _until = since;
            _spell += _spell & 1;
        }

        while (_until <= now)
        {
            long mean = (_spell & 1) == 0 ? spec.Good : spec.Bad;
            // At least a nanosecond, so that time passes.
            _until += 1 + FixedPoint.Exponential(mean, _lengths.At(_spell));
            _spell++;
        }

        // The spell that holds now is the one before the next to be drawn.
        return (_spell & 1) == 0;
    }
}
