using KcpTun.Primitives;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Network;

/// <summary>
/// Stands in for the thread that a driver has in production: calls its step when its deadline has come or its channel
/// was woken.
/// </summary>
internal sealed class SimDriver : SimEvent
{
    /// <summary>Turns without time passing after which a driver counts as spinning.</summary>
    private const int MaxIdleTurns = 10_000;

    private static readonly SendOrPostCallback s_turn = static state => ((SimDriver)state!).Turn();

    private readonly SimHost _host;
    private readonly Func<Instant, Instant?> _step;
    private readonly Action _afterStep;
    private long _deadline = SimTime.Never;
    private bool _isPosted;
    private int _idleTurns;

    public SimDriver(SimHost host, Func<Instant, Instant?> step, Action afterStep)
    {
        _host = host;
        _step = step;
        _afterStep = afterStep;
    }

    /// <summary>The step has returned null.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>A turn as soon as the callbacks before it are done; several wishes become one turn.</summary>
    public void Wake()
    {
        if (_isPosted || HasStopped)
            return;
        _isPosted = true;
        _host.Loop.Post(s_turn, this);
    }

    protected internal override void Fire(long now)
    {
        if (now < _deadline)
            Schedule(_deadline);
        else
            Wake();
    }

    private void Turn()
    {
        _isPosted = false;
        if (HasStopped)
            return;
        long now = _host.Loop.Now;
        Instant? next = _step(_host.Clock.Now);
        _afterStep();
        if (next is not { } deadline)
        {
            HasStopped = true;
            return;
        }

        _deadline = _host.Clock.ToVirtual(deadline);
        if (_deadline > now)
        {
            _idleTurns = 0;
        }
        else
        {
            // Due again at once: a thread would take at least a moment for its turn.
            _deadline = now + SimTime.Microsecond;
            if (++_idleTurns > MaxIdleTurns)
                _host.Loop.Fail($"LIV-3: the driver of {_host.Name} asks for deadlines in the past");
        }

        Schedule(_deadline);
    }

    private void Schedule(long time)
    {
        if (time != SimTime.Never)
            _host.Loop.Schedule(time, this);
    }
}
