using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Running;

/// <summary>Executes one plan.</summary>
public static class SimRun
{
    /// <param name="plan">What to run.</param>
    /// <param name="observer">Watches the path, or null.</param>
    public static RunResult Execute(SimPlan plan, IWireObserver? observer = null) =>
        throw new NotSupportedException("The engine is being built.");
}
