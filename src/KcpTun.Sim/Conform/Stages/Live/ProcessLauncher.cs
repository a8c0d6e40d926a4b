using System.Collections.Concurrent;
using System.Diagnostics;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>
/// Starts processes that on Linux cannot outlive this one, however it ends: the kernel's parent-death signal kills
/// them. It fires when the parent thread ends, so one thread that lives as long as the process starts every child.
/// </summary>
internal static class ProcessLauncher
{
    private static readonly string[] s_leash = ["setpriv", "--pdeathsig", "KILL", "--"];
    private static readonly BlockingCollection<Action> s_work = [];

    static ProcessLauncher()
    {
        new Thread(() =>
        {
            foreach (Action work in s_work.GetConsumingEnumerable())
                work();
        })
        {
            IsBackground = true,
            Name = "process launcher",
        }.Start();
    }

    /// <summary>Starts a program; both of its outputs are redirected.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static Process Start(IReadOnlyList<string> command)
    {
        bool hasLeash = OperatingSystem.IsLinux() && Find(s_leash[0], "/") is not null;
        IReadOnlyList<string> words = hasLeash ? [.. s_leash, .. command] : command;
        ProcessStartInfo start = new(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The host of a framework-dependent program looks for the runtime that this process already runs on.
        string runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// The program as it is to be started: a path relative to <paramref name="folder"/>, or one in PATH.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    public static string? Find(string program, string folder)
    {
        string path = Path.GetFullPath(program, folder);
        if (File.Exists(path))
            return path;
        if (program.Contains('/', StringComparison.Ordinal) || program.Contains('\\', StringComparison.Ordinal))
            return null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Where(part => part.Length > 0)
            .Select(part => Path.Combine(part, program))
            .FirstOrDefault(File.Exists);
    }
}
