using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>
/// The state of a Gilbert-Elliott channel, stepped once for each datagram that enters the direction, passed on or
/// not: so it depends on nothing but the datagram's number.
/// </summary>
/// <param name="steps">Decides the transitions.</param>
internal struct BurstChannel(RandomStream steps)
{
    private readonly RandomStream _steps = steps;
    private long _next;
    private bool _isBad;

    /// <summary>The state a datagram meets, which is the one before its own transition (netem's order).</summary>
    /// <param name="ordinal">Not below that of an earlier call.</param>
    public bool IsBadAt(GilbertElliott spec, long ordinal)
    {
        bool before = _isBad;
        while (_next <= ordinal)
        {
            before = _isBad;
            Probability change = before ? spec.Recover : spec.Worsen;
            _isBad = before ^ change.Holds(_steps.At(_next++));
        }

        return before;
    }
}
