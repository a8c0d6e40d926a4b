using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>Executes one plan, as <see cref="SimRun.Execute(SimPlan, IWireObserver)"/> does.</summary>
public delegate RunResult PlanExecutor(SimPlan plan, IWireObserver? observer);

/// <summary>All that commands know of the world outside.</summary>
public sealed record SimEnvironment
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Columns of the terminal behind <see cref="Output"/>; null if there is none.</summary>
    public int? Columns { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal, on which progress can be drawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>The engine's version; results of different ones are not mixed.</summary>
    public required string Version { get; init; }

    public required PlanExecutor Execute { get; init; }

    /// <summary>An environment variable, or null.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>Time since some start.</summary>
    public Func<TimeSpan> Clock { get; init; } = () => TimeSpan.Zero;

    /// <summary>Runs at once where <c>--jobs</c> does not say.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>
    /// Work items that the thread pool has completed since some start. Nothing else in the process may use it while
    /// plans are executed.
    /// </summary>
    public Func<long> PoolWorkItems { get; init; } = () => 0;

    /// <summary>Ctrl-C.</summary>
    public CancellationToken Interrupt { get; init; }

    /// <summary>One line on standard error.</summary>
    public void Say(string line) => Error.WriteLine($"kcptun-sim: {line}");
}
