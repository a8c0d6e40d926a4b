using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Running;

/// <summary>Executes one plan.</summary>
public static class SimRun
{
    /// <param name="plan">What to run.</param>
    /// <param name="observer">Watches the path, or null.</param>
    public static RunResult Execute(SimPlan plan, IWireObserver? observer = null) =>
        Execute(plan, new TraceHash(), observer);

    /// <param name="trace">Takes every event; a fresh one.</param>
    public static RunResult Execute(SimPlan plan, TraceHash trace, IWireObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(trace);
        using var world = new SimWorld(plan, trace, observer);
        return world.Run();
    }
}
