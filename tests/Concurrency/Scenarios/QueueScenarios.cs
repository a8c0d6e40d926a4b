using KcpTun.Concurrency.Harness;
using KcpTun.Primitives;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>The small parts by themselves.</summary>
internal static class QueueScenarios
{
    [Scenario(
        "Items are queued while the consumer goes to sleep: it gets all of them, in order.",
        "QueueArmsLate")]
    public static async Task EnqueueAgainstDequeue()
    {
        var queue = new AsyncQueue<int>(4);
        Task consume = Task.Run(async () =>
        {
            for (int expected = 1; expected <= 3; expected++)
            {
                (bool ok, int item) = await queue.DequeueAsync();
                Specification.Assert(ok && item == expected, "got {0} for {1}", item, expected);
            }
        });
        for (int item = 1; item <= 3; item++)
            Specification.Assert(queue.TryEnqueue(item), "the queue refuses an item");
        await consume;
    }

    [Scenario(
        "A queue is completed while the consumer goes to sleep: it gets what is queued, and then the end.",
        "CompleteWakesNobody")]
    public static async Task CompleteAgainstDequeue()
    {
        var queue = new AsyncQueue<int>(4);
        Task consume = Task.Run(async () =>
        {
            int count = 0;
            while ((await queue.DequeueAsync()).Ok)
                count++;
            Specification.Assert(count == 1, "{0} items came", count);
        });
        queue.TryEnqueue(1);
        queue.Complete();
        Specification.Assert(!queue.TryEnqueue(2), "a completed queue takes items");
        await consume;
    }

    [Scenario(
        "Two reserve from a budget that has room for one: one gets it, and the limit holds.",
        "BudgetCheckedThenTaken")]
    public static async Task ReserveAgainstReserve()
    {
        var budget = new MemoryBudget(100);
        Task<bool> first = Task.Run(() => budget.TryReserve(60));
        Task<bool> second = Task.Run(() => budget.TryReserve(60));
        bool hasFirst = await first;
        bool hasSecond = await second;
        Specification.Assert(hasFirst != hasSecond, "reserved: {0}, {1}", hasFirst, hasSecond);
        Specification.Assert(budget.UsedBytes == 60, "{0} bytes are in use", budget.UsedBytes);
        budget.Release(60);
    }
}
