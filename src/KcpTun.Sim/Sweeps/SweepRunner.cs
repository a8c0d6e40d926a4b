using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Sweeps;

/// <summary>Runs what of a sweep has no result yet.</summary>
internal static class SweepRunner
{
    /// <param name="plan">The sweep.</param>
    /// <param name="shard">Which cells.</param>
    /// <param name="store">Has earlier results and takes new ones.</param>
    /// <param name="pool">Executes runs.</param>
    /// <param name="progress">Told how far it is, by the caller's thread.</param>
    /// <param name="cancellation">Gives up; what has finished is kept.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(
        SweepPlan plan,
        Shard shard,
        ResultStore store,
        RunPool<SimPlan, RunResult> pool,
        Action<RunProgress>? progress,
        CancellationToken cancellation)
    {
        SweepRun[] all = [.. plan.Cells.Where(shard.Owns).SelectMany(SweepRun.Of)];
        SweepRun[] pending = [.. all.Where(run => !store.Results.ContainsKey(run.Id))];
        SimPlan[] plans = [.. pending.Select(run => run.Plan)];
        int done = all.Length - pending.Length;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? broken = null;
        try
        {
            pool.Execute(plans, Finished, () => progress?.Invoke(new RunProgress(done, all.Length)), stop.Token);
        }
        catch (RunFailedException failed)
        {
            failed.Command = pending[failed.Index].Command;
            throw;
        }
        catch (OperationCanceledException) when (broken is not null)
        {
            throw new IOException(broken.Message, broken);
        }

        void Finished(int index, RunResult result)
        {
            try
            {
                store.Append(pending[index], result);
                done++;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                broken = failure;
                stop.Cancel();
            }
        }
    }
}
