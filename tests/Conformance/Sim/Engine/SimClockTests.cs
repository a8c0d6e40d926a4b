using KcpTun.Primitives;
using KcpTun.Sim.Engine;

namespace KcpTun.Conformance.Sim.Engine;

/// <summary>Clocks that are shifted or run at a wrong pace, and the timers that follow them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SimClockTests
{
    private static readonly long[] s_phases = [0, 1, 999, (1L << 32) * SimTime.Millisecond, 86_400 * SimTime.Second];

    private static SimLoop At(long time)
    {
        var loop = new SimLoop();
        loop.Run(() => false, time);
        return loop;
    }

    [Test]
    public void A_clock_shows_an_instant_first_at_the_virtual_time_it_names(
        [ValueSource(nameof(s_phases))] long phase, [Values(0, 100, -100, 50_000, -50_000)] int drift)
    {
        var chance = new RandomStream(1, "instants");
        for (int i = 0; i < 200; i++)
        {
            long virtualTime = chance.At(i, 3600 * SimTime.Second);
            Instant now = new SimClock(At(virtualTime), phase, drift).Now;
            var later = new Instant(now.Microseconds + chance.At(i, 10_000_000) + 1);
            long due = new SimClock(new SimLoop(), phase, drift).ToVirtual(later);

            new SimClock(At(due), phase, drift).Now.Microseconds.ShouldBeGreaterThanOrEqualTo(later.Microseconds);
            new SimClock(At(due - 1), phase, drift).Now.Microseconds.ShouldBeLessThan(later.Microseconds);
        }
    }

    [Test]
    public void Drift_is_in_parts_per_million_of_the_time_that_passes()
    {
        SimLoop loop = At(1000 * SimTime.Second);
        new SimClock(loop, 7 * SimTime.Second, 100).Now.Microseconds.ShouldBe(1_007_100_000);
        new SimClock(loop, 7 * SimTime.Second, -100).Now.Microseconds.ShouldBe(1_006_900_000);
        new SimClock(loop).ToVirtual(Instant.Never).ShouldBe(SimTime.Never);
    }

    [Test]
    public void It_serves_the_base_library()
    {
        var clock = new SimClock(At(90 * SimTime.Second));
        clock.GetUtcNow().ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 1, 30, TimeSpan.Zero));
        clock.GetElapsedTime(0).ShouldBe(TimeSpan.FromSeconds(90));
        clock.LocalTimeZone.ShouldBe(TimeZoneInfo.Utc);
    }

    [Test]
    public void Task_Delay_ends_at_its_virtual_time()
    {
        var loop = new SimLoop();
        var clock = new SimClock(loop);
        var times = new List<long>();
        loop.Post(
            async _ =>
            {
                for (int i = 1; i <= 3; i++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100 * i), clock);
                    times.Add(loop.Now / SimTime.Millisecond);
                }
            },
            null);
        loop.Run(() => times.Count == 3, SimTime.Second).ShouldBeTrue(loop.Violation);
        times.ShouldBe([100, 300, 600]);
    }

    [Test]
    public void On_a_slow_clock_a_delay_takes_longer()
    {
        var loop = new SimLoop();
        var clock = new SimClock(loop, driftPpm: -100_000);
        bool isOver = false;
        loop.Post(
            async _ =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(900), clock);
                isOver = true;
            },
            null);
        loop.Run(() => isOver, 2 * SimTime.Second).ShouldBeTrue(loop.Violation);
        loop.Now.ShouldBe(SimTime.Second);
    }

    [Test]
    public void A_timeout_cancels_at_its_virtual_time()
    {
        var loop = new SimLoop();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(3), new SimClock(loop));
        long cancelledAt = 0;
        timeout.Token.Register(() => cancelledAt = loop.Now);
        loop.Run(() => false, 10 * SimTime.Second);
        cancelledAt.ShouldBe(3 * SimTime.Second);
    }

    [Test]
    public void A_wait_with_a_timeout_ends_with_it()
    {
        var loop = new SimLoop();
        var never = new TaskCompletionSource();
        Exception? caught = null;
        loop.Post(
            async _ =>
            {
                try
                {
                    await never.Task.WaitAsync(TimeSpan.FromSeconds(2), new SimClock(loop));
                }
                catch (TimeoutException e)
                {
                    caught = e;
                }
            },
            null);
        loop.Run(() => caught is not null, 5 * SimTime.Second).ShouldBeTrue(loop.Violation);
        loop.Now.ShouldBe(2 * SimTime.Second);
    }

    [Test]
    public void A_timer_repeats_changes_and_stops()
    {
        var loop = new SimLoop();
        var times = new List<long>();
        ITimer timer = new SimClock(loop).CreateTimer(
            _ => times.Add(loop.Now / SimTime.Millisecond), null, TimeSpan.FromMilliseconds(10),
            TimeSpan.FromMilliseconds(20));
        loop.Run(() => false, 60 * SimTime.Millisecond);
        times.ShouldBe([10, 30, 50]);

        timer.Change(TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan).ShouldBeTrue();
        loop.Run(() => false, 500 * SimTime.Millisecond);
        times.ShouldBe([10, 30, 50, 160]);

        timer.Change(TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan);
        timer.Dispose();
        loop.Run(() => false, 900 * SimTime.Millisecond);
        times.Count.ShouldBe(4);
    }
}
