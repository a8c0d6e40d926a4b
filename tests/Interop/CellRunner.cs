using System.Diagnostics;

namespace KcpTun.Interop;

/// <summary>Runs cells a few at a time and records what became of them.</summary>
public static class CellRunner
{
    private const int MaxBusyCells = 4;

    private static readonly SemaphoreSlim s_busy = new(MaxBusyCells);

    /// <summary>Runs a cell; a failure carries both command lines and what the processes printed last.</summary>
    public static async Task RunAsync(Cell cell)
    {
        if (!cell.Scenario.IsIdle)
            await s_busy.WaitAsync();
        try
        {
            await RunNowAsync(cell);
        }
        finally
        {
            if (!cell.Scenario.IsIdle)
                s_busy.Release();
        }
    }

    private static async Task RunNowAsync(Cell cell)
    {
        long start = Stopwatch.GetTimestamp();
        using var limit = new CancellationTokenSource(cell.Scenario.Limit);
        await using var run = new CellRun(cell, limit.Token);
        try
        {
            await cell.Scenario.Exercise(run);
            MatrixReport.Passed(cell, Stopwatch.GetElapsedTime(start), run.Note);
        }
        catch (Exception error)
        {
            string reason = limit.IsCancellationRequested
                ? $"not done after {cell.Scenario.Limit.TotalSeconds:0} s"
                : error.Message;
            MatrixReport.Failed(cell, Stopwatch.GetElapsedTime(start), reason);
            Assert.Fail($"{cell}: {reason}\n{run.Describe()}\n{error.StackTrace}");
        }
    }
}
