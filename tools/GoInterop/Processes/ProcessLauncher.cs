using System.Collections.Concurrent;
using System.Diagnostics;

namespace KcpTun.GoInterop.Processes;

/// <summary>
/// Starts processes that cannot outlive this one, however it ends.
/// </summary>
/// <remarks>
/// The kernel's parent-death signal does it, and it fires when the parent <em>thread</em> ends: thread-pool threads
/// come and go, so one thread that lives as long as the process starts every child.
/// </remarks>
public static class ProcessLauncher
{
    private static readonly BlockingCollection<Action> s_work = [];

    static ProcessLauncher()
    {
        var thread = new Thread(() =>
        {
            foreach (Action work in s_work.GetConsumingEnumerable())
                work();
        })
        { IsBackground = true, Name = "process launcher" };
        thread.Start();
    }

    /// <summary>Starts a program with both outputs redirected.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables to add.</param>
    public static Task<Process> StartAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new("setpriv", ["--pdeathsig", "KILL", "--", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        });
        return started.Task;
    }
}
