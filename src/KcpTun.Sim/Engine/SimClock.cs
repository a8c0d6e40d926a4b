using KcpTun.IO;
using KcpTun.Primitives;

namespace KcpTun.Sim.Engine;

/// <summary>
/// The clock of one host: the loop's time, shifted by a phase and running fast or slow by some parts per million. The
/// phase also decides when KCP's 32-bit milliseconds wrap.
/// </summary>
public sealed class SimClock : TimeProvider, IClock
{
    private const long Million = 1_000_000;

    private static readonly DateTimeOffset s_epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimLoop _loop;
    private readonly long _phase;
    private readonly int _driftPpm;

    /// <param name="phase">Reading at virtual time 0, ns.</param>
    /// <param name="driftPpm">Parts per million by which it runs fast (positive) or slow.</param>
    public SimClock(SimLoop loop, long phase = 0, int driftPpm = 0)
    {
        _loop = loop;
        _phase = phase;
        _driftPpm = driftPpm;
    }

    public Instant Now
    {
        get
        {
            _loop.AssertThread();
            return new Instant(ToLocal(_loop.Now) / SimTime.Microsecond);
        }
    }

    TimeProvider IClock.TimeProvider => this;

    public override long TimestampFrequency => SimTime.Second;

    public override long GetTimestamp() => ToLocal(_loop.Now);

    public override DateTimeOffset GetUtcNow() => s_epoch.AddTicks(ToLocal(_loop.Now) / 100);

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(_loop, this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The virtual time at which this clock shows <paramref name="instant"/>, ns, rounded up.</summary>
    public long ToVirtual(Instant instant)
    {
        if (instant == Instant.Never)
            return SimTime.Never;
        return ToVirtual((instant.Microseconds * SimTime.Microsecond) - _phase);
    }

    /// <summary>Virtual ns in which this clock advances by <paramref name="local"/> ns, rounded up.</summary>
    internal long ToVirtual(long local) => _driftPpm == 0
        ? local
        : (long)((((Int128)local * Million) + Million + _driftPpm - 1) / (Million + _driftPpm));

    private long ToLocal(long time) => _driftPpm == 0
        ? _phase + time
        : _phase + (long)((Int128)time * (Million + _driftPpm) / Million);
}
