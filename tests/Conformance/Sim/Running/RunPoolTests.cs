using KcpTun.Conformance.Sim.Cli;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Running;

/// <summary>Runs on threads of their own.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RunPoolTests
{
    private static SimPlan[] Plans(int count)
    {
        PlanArguments arguments = new()
        {
            Modes = ["fast"],
            Fecs = ["0/0"],
            Workloads = ["bulk:1MiB"],
            Seeds = count,
        };
        PlanBuilder.TryBuild(arguments, out ExperimentPlan? plan, out _, out string? error).ShouldBeTrue(error);
        return [.. plan!.Runs()];
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(100)]
    public void Every_plan_is_executed_once_and_never_on_the_thread_pool(int threads)
    {
        int pooled = 0;
        RunPool<SimPlan, RunResult> pool = new(
            plan =>
            {
                if (Thread.CurrentThread.IsThreadPoolThread)
                    Interlocked.Increment(ref pooled);
                return SimShell.Pretend(plan, null);
            },
            threads);
        ulong[] seeds = new ulong[20];
        pool.Execute(Plans(20), (index, result) => seeds[index] += result.Seed, null, CancellationToken.None);

        seeds.ShouldBe(Enumerable.Range(1, 20).Select(n => (ulong)n));
        pooled.ShouldBe(0);
    }

    [Test]
    public void The_first_failure_in_order_is_the_one_that_is_thrown()
    {
        using Barrier barrier = new(2);
        RunPool<SimPlan, RunResult> pool = new(
            plan =>
            {
                barrier.SignalAndWait();
                throw new InvalidOperationException($"seed {plan.Seed}");
            },
            2);
        RunFailedException failure = Should.Throw<RunFailedException>(
            () => pool.Execute(Plans(2), (_, _) => { }, null, CancellationToken.None));
        failure.Index.ShouldBe(0);
        failure.Message.ShouldBe("InvalidOperationException: seed 1");
    }

    [Test]
    public void After_a_cancellation_nobody_is_told_of_results()
    {
        using CancellationTokenSource stop = new();
        int told = 0;
        RunPool<SimPlan, RunResult> pool = new(
            plan =>
            {
                if (plan.Seed == 3)
                    stop.Cancel();
                return SimShell.Pretend(plan, null);
            },
            1);
        Should.Throw<OperationCanceledException>(
            () => pool.Execute(Plans(9), (_, _) => Interlocked.Increment(ref told), null, stop.Token));
        told.ShouldBe(2);
    }
}
