using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>The real process: console, clock, signals.</summary>
internal sealed class SimProcess : IDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    public SimProcess()
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        Environment = new SimEnvironment
        {
            Output = Console.Out,
            Error = Console.Error,
            Columns = Console.IsOutputRedirected ? null : Columns(),
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Version = Version(),
            Execute = SimRun.Execute,
            Variable = System.Environment.GetEnvironmentVariable,
            Clock = () => Stopwatch.GetElapsedTime(0),
            Cores = System.Environment.ProcessorCount,
            PoolWorkItems = () => ThreadPool.CompletedWorkItemCount,
            Interrupt = _interrupt.Token,
        };
    }

    public SimEnvironment Environment { get; }

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _interrupt.Dispose();
    }

    private static int Columns()
    {
        const int Usual = 80;
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : Usual;
        }
        catch (IOException)
        {
            return Usual;
        }
    }

    private static string Version() =>
        typeof(SimProcess).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";

    /// <summary>The first asks for an orderly end; the second has the default effect.</summary>
    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = !_interrupt.IsCancellationRequested;
        _interrupt.Cancel();
    }
}
