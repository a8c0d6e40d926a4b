using KcpTun.Sim.Engine;

namespace KcpTun.Conformance.Sim.Engine;

/// <summary>The heap of events against a list that is sorted anew for every question.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class EventQueueTests
{
    [TestCase(1ul)]
    [TestCase(2ul)]
    [TestCase(3ul)]
    public void Events_leave_by_time_and_at_one_time_as_they_came(ulong seed)
    {
        var chance = new RandomStream(seed, "queue");
        var queue = new EventQueue();
        var model = new List<(long Time, int Order, SimEvent Event)>();
        int order = 0;
        for (int i = 0; i < 20_000; i++)
        {
            // Grows in one half of the test and shrinks in the other, so that all depths of the heap are passed.
            bool grows = chance.At(2 * i, 100) < (i < 10_000 ? 55 : 45);
            if (grows || model.Count == 0)
            {
                long time = chance.At((2 * i) + 1, 50);
                var simEvent = new Nothing();
                queue.Enqueue(time, simEvent);
                model.Add((time, order++, simEvent));
                continue;
            }

            (long Time, int Order, SimEvent Event) first = model.MinBy(entry => (entry.Time, entry.Order));
            queue.NextTime.ShouldBe(first.Time);
            queue.Dequeue().ShouldBeSameAs(first.Event);
            model.Remove(first);
            queue.Count.ShouldBe(model.Count);
        }
    }

    [Test]
    public void An_empty_queue_has_no_next_time()
    {
        var queue = new EventQueue();
        queue.NextTime.ShouldBe(SimTime.Never);
        queue.Enqueue(5, new Nothing());
        queue.Dequeue();
        queue.NextTime.ShouldBe(SimTime.Never);
    }

    [Test]
    public void By_lot_the_order_at_one_time_changes_and_that_of_times_does_not()
    {
        int[] first = Order(1);
        first.ShouldNotBe(Enumerable.Range(0, 200));
        first.ShouldBe(Order(1));
        first.ShouldNotBe(Order(2));
        first.Select(number => number / 100).ShouldBe(Enumerable.Range(0, 200).Select(number => number / 100));

        static int[] Order(ulong seed)
        {
            var queue = new EventQueue { Ties = new RandomStream(seed, "ties") };
            Nothing[] events = [.. Enumerable.Range(0, 200).Select(_ => new Nothing())];
            for (int i = 0; i < events.Length; i++)
                queue.Enqueue(i / 100, events[i]);
            return [.. events.Select(_ => Array.IndexOf(events, queue.Dequeue()))];
        }
    }

    private sealed class Nothing : SimEvent
    {
        protected internal override void Fire(long now)
        {
        }
    }
}
