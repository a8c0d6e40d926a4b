using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Tracing;

/// <summary>All events of one run: recorded, or computed again whenever they are needed.</summary>
public interface ITraceSource
{
    /// <summary>What the run ended with.</summary>
    UInt128 Hash { get; }

    /// <summary>Events in all.</summary>
    long Count { get; }

    IReadOnlyList<TraceCheckpoint> Checkpoints { get; }

    /// <summary>Some of the events.</summary>
    /// <param name="first">Number of the first, from 0.</param>
    /// <param name="count">How many at most.</param>
    IReadOnlyList<TraceEvent> Events(long first, int count);
}

/// <summary>A run that is executed for its events.</summary>
public sealed class RunTrace : ITraceSource
{
    private readonly SimPlan _plan;

    /// <summary>Executes the plan once; again for every question about events.</summary>
    public RunTrace(SimPlan plan)
    {
        _plan = plan;
        var trace = new TraceHash();
        Result = SimRun.Execute(plan, trace);
        Hash = trace.Current();
        Count = trace.Events;
        Checkpoints = trace.Checkpoints;
    }

    public RunResult Result { get; }

    public UInt128 Hash { get; }

    public long Count { get; }

    public IReadOnlyList<TraceCheckpoint> Checkpoints { get; }

    public IReadOnlyList<TraceEvent> Events(long first, int count)
    {
        var events = new List<TraceEvent>();
        var trace = new TraceHash();
        trace.OnEvent = traceEvent =>
        {
            if (trace.Events > first && trace.Events <= first + count)
                events.Add(traceEvent);
        };
        SimRun.Execute(_plan, trace);
        return events;
    }
}
