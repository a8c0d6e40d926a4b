using System.Runtime.InteropServices;

namespace KcpTun.Cli;

/// <summary>
/// Signals as in kcptun (OPTIONS §5): SIGINT and SIGTERM drain and then end the process by SIGTERM, at the latest after
/// five seconds; a second one ends it at once. SIGUSR1 asks for the counters. SIGPIPE is ignored by the runtime.
/// </summary>
internal sealed partial class ProcessSignals : IProcessSignals, IDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private const int ExitByTerm = 128 + SigTerm;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _drain = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly ITimer _deadline;
    private int _received;

    public ProcessSignals(TimeProvider time)
    {
        _deadline = time.CreateTimer(_ => Stuck(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // A shell starts its background jobs with SIGINT ignored, and the runtime leaves an ignored one alone. Go's
        // kcptun hears it all the same: scripts stop it that way.
        if (!OperatingSystem.IsWindows())
            _ = Signal(SigInt, handler: 0);
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnEnd));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnEnd));
        if (CountersSignal is { } number)
            _registrations.Add(PosixSignalRegistration.Create(number, OnCounters));
    }

    public CancellationToken Drain => _drain.Token;

    public Action? CountersRequested { get; set; }

    // SIGUSR1 has no name in the base library, which takes the system's own numbers too.
    private static PosixSignal? CountersSignal =>
        OperatingSystem.IsLinux() ? (PosixSignal)10
        : OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? (PosixSignal)30
        : null;

    /// <summary>
    /// Ends the process as kcptun ends: by SIGTERM itself, which service managers count as a clean end, unlike an exit
    /// status of 143.
    /// </summary>
    public static void EndBySigTerm()
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(0);
        _ = Signal(SigTerm, handler: 0);
        _ = Kill(GetProcessId(), SigTerm);

        // Still here: the first process of a container does not die by a signal it sends itself.
        ExitNow(ExitByTerm);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _deadline.Dispose();
        _drain.Dispose();
    }

    private static void Stuck()
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(0);
        ExitNow(0);
    }

    private void OnEnd(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _received) > 1)
            EndBySigTerm();
        _deadline.Change(s_patience, Timeout.InfiniteTimeSpan);
        _drain.Cancel();
    }

    private void OnCounters(PosixSignalContext context)
    {
        context.Cancel = true;
        CountersRequested?.Invoke();
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int number);

    [LibraryImport("libc", EntryPoint = "getpid")]
    private static partial int GetProcessId();

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int status);
}
