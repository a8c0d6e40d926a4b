using KcpTun.Sim.Engine;

namespace KcpTun.Conformance.Sim.Engine;

/// <summary>What happens in virtual time, in which order, and that nothing of it leaves the thread.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SimLoopTests
{
    private readonly record struct Entry(long Time, string What);

    [Test]
    public void Events_run_in_order_of_time_and_callbacks_before_the_next_event()
    {
        var loop = new SimLoop();
        var log = new List<Entry>();
        void Note(string what) => log.Add(new Entry(loop.Now, what));
        loop.Schedule(20, new Act(_ => Note("c")));
        loop.Schedule(10, new Act(_ =>
        {
            Note("a");
            loop.Post(_ => Note("a posted"), null);
        }));
        loop.Schedule(10, new Act(_ => Note("b")));
        loop.Post(_ => Note("at once"), null);

        loop.Run(() => false, 1000).ShouldBeFalse();
        log.ShouldBe(
        [
            new Entry(0, "at once"), new Entry(10, "a"), new Entry(10, "a posted"), new Entry(10, "b"),
            new Entry(20, "c"),
        ]);
        loop.Now.ShouldBe(1000);
        loop.Turns.ShouldBe(5);
        loop.Violation.ShouldBeNull();
    }

    [Test]
    public void Callbacks_keep_their_order_when_many_wait()
    {
        var loop = new SimLoop();
        var order = new List<int>();
        loop.Post(
            _ =>
            {
                for (int i = 0; i < 5000; i++)
                    loop.Post(state => order.Add((int)state!), i);
            },
            null);
        loop.Run(() => false, 0);
        order.ShouldBe(Enumerable.Range(0, 5000));
    }

    [Test]
    public void An_event_can_be_moved_forward_and_then_fires_once()
    {
        var loop = new SimLoop();
        var times = new List<long>();
        var act = new Act(times.Add);
        loop.Schedule(50, act);
        loop.Schedule(20, act);
        loop.Schedule(30, act);
        loop.Run(() => false, 100);
        times.ShouldBe([20]);

        loop.Schedule(10, act);
        loop.Run(() => false, 200);
        times.ShouldBe([20, 100], "the past means now");
    }

    [Test]
    public void It_stops_at_the_goal_or_at_the_limit()
    {
        var loop = new SimLoop();
        int fired = 0;
        for (int i = 1; i <= 10; i++)
            loop.Schedule(i * 10, new Act(_ => fired++));
        loop.Run(() => fired == 3, 1000).ShouldBeTrue();
        (loop.Now, fired).ShouldBe((30, 3));
        loop.Run(() => false, 55).ShouldBeFalse();
        (loop.Now, fired).ShouldBe((55, 5));
    }

    [Test]
    public void It_is_the_synchronisation_context_inside_a_run_and_only_there()
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        var loop = new SimLoop();
        SynchronizationContext? inner = null;
        loop.Post(_ => inner = SynchronizationContext.Current, null);
        loop.Run(() => true, 0);
        inner.ShouldBeSameAs(loop);
        SynchronizationContext.Current.ShouldBeSameAs(outer);
        loop.CreateCopy().ShouldBeSameAs(loop);
        Should.Throw<NotSupportedException>(() => loop.Send(_ => { }, null));
    }

    [Test]
    public void A_callback_from_a_foreign_thread_fails_the_run_and_is_not_run()
    {
        var loop = new SimLoop();
        bool ran = false;
        var thread = new Thread(() => loop.Post(_ => ran = true, null));
        thread.Start();
        thread.Join();
        loop.Run(() => ran, 1000).ShouldBeFalse();
        ran.ShouldBeFalse();
        loop.Violation.ShouldStartWith("a continuation ran on a foreign thread");
        loop.Violation.ShouldContain(nameof(A_callback_from_a_foreign_thread_fails_the_run_and_is_not_run));
    }

    [Test]
    public void An_application_that_uses_the_thread_pool_is_caught()
    {
        var loop = new SimLoop();
        bool wentOn = false;
        using var isAwaited = new ManualResetEventSlim();
        loop.Post(
            async _ => wentOn = await Task.Run(() =>
            {
                isAwaited.Wait();
                return true;
            }),
            null);
        // A moment of virtual time in which real time passes, until the pool has answered.
        loop.Schedule(1, new Act(_ =>
        {
            isAwaited.Set();
            SpinWait.SpinUntil(() => loop.Violation is not null, 30_000);
        }));
        loop.Run(() => wentOn, 1000).ShouldBeFalse();
        wentOn.ShouldBeFalse();
        loop.Violation.ShouldStartWith("a continuation ran on a foreign thread");
    }

    [Test]
    public void A_real_delay_is_caught()
    {
        var loop = new SimLoop();
        loop.Post(async _ => await Task.Delay(20), null);
        loop.Schedule(1, new Act(_ => SpinWait.SpinUntil(() => loop.Violation is not null, 30_000)));
        loop.Run(() => false, 1000);
        loop.Violation.ShouldStartWith("a continuation ran on a foreign thread");
    }

    [Test]
    public void Asking_for_the_time_on_a_foreign_thread_is_caught()
    {
        var loop = new SimLoop();
        var clock = new SimClock(loop);
        var thread = new Thread(() => _ = clock.Now);
        thread.Start();
        thread.Join();
        loop.Violation.ShouldNotBeNull();
    }

    [Test]
    public void Callbacks_that_call_each_other_for_ever_end_the_run()
    {
        var loop = new SimLoop();
        loop.Post(Again, null);
        loop.Run(() => false, 1000).ShouldBeFalse();
        loop.Violation.ShouldStartWith("stuck at 0 ns");

        void Again(object? state) => loop.Post(Again, null);
    }

    [Test]
    public void The_first_violation_is_the_one_that_is_kept()
    {
        var loop = new SimLoop();
        loop.Fail("first");
        loop.Fail("second");
        loop.Violation.ShouldBe("first");
    }

    private sealed class Act(Action<long> action) : SimEvent
    {
        protected internal override void Fire(long now) => action(now);
    }
}
