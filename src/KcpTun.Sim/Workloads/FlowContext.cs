using KcpTun.IO;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Network;

namespace KcpTun.Sim.Workloads;

/// <summary>A way from the client's applications to the target.</summary>
internal delegate ValueTask<IStreamConnection> Route();

/// <summary>What the flows of one run share: the ways to the target, and where results go.</summary>
internal sealed class FlowContext(SimLoop loop, Route throughTunnel, Route overPath, TraceHash trace)
{
    private readonly List<long> _latencies = [];
    private readonly SortedDictionary<int, long> _bytes = [];

    public SimLoop Loop => loop;

    /// <summary>Every latency measured, ns, in order of completion.</summary>
    public IReadOnlyList<long> Latencies => _latencies;

    /// <summary>Application bytes that arrived and were right.</summary>
    public long DeliveredBytes { get; private set; }

    /// <summary>Bytes of each flow that had delivered any when the first of them ended; empty before.</summary>
    public IReadOnlyList<long> BytesAtFirstEnd { get; private set; } = [];

    /// <summary>When the last of them arrived, ns.</summary>
    public long LastDelivery { get; private set; }

    /// <summary>Messages older than their deadline, and all that have one.</summary>
    public (long Missed, long Total) Deadlines { get; private set; }

    /// <summary>The first thing that went wrong, or null.</summary>
    public FlowFailure? Failure { get; private set; }

    public Route ThroughTunnel => throughTunnel;

    /// <summary>By plain TCP.</summary>
    public Route OverPath => overPath;

    /// <summary>Waits until virtual time <paramref name="time"/>.</summary>
    public Task WaitUntil(long time)
    {
        if (time <= loop.Now)
            return Task.CompletedTask;
        var alarm = new Alarm();
        loop.Schedule(time, alarm);
        return alarm.Rang;
    }

    public void OnLatency(long nanoseconds) => _latencies.Add(nanoseconds);

    public void OnDeadline(bool isMissed) =>
        Deadlines = (Deadlines.Missed + (isMissed ? 1 : 0), Deadlines.Total + 1);

    /// <summary>Bytes of a flow have arrived and are right.</summary>
    public void OnBytes(int flow, bool isUp, int count)
    {
        DeliveredBytes += count;
        _bytes[flow] = _bytes.GetValueOrDefault(flow) + count;
        LastDelivery = loop.Now;
        trace.Add(new TraceEvent(loop.Now, TraceEventKind.StreamBytes, isUp ? 0 : 1, flow, count, 0));
    }

    /// <summary>A flow has come to its end.</summary>
    public void OnEnd(int flow)
    {
        if (BytesAtFirstEnd.Count == 0)
            BytesAtFirstEnd = [.. _bytes.Values];
        trace.Add(new TraceEvent(loop.Now, TraceEventKind.FlowDone, 0, flow, 0, 0));
    }

    /// <summary>
    /// A byte was wrong or a connection broke: the run has failed. The first failure is kept, but wrong bytes weigh
    /// more
    /// than a connection that broke.
    /// </summary>
    public void OnFailure(string what, bool isBroken = false)
    {
        if (Failure is null || (Failure.IsBroken && !isBroken))
            Failure = new FlowFailure(what, isBroken);
    }

    /// <summary>Forgets a failure that was to be expected.</summary>
    public void Forgive() => Failure = null;

    private sealed class Alarm : SimEvent
    {
        private readonly TaskCompletionSource _rang = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Rang => _rang.Task;

        protected internal override void Fire(long now) => _rang.SetResult();
    }
}

/// <summary>What went wrong with a flow.</summary>
/// <param name="IsBroken">Its connection ended early, which a session that dies does to it; no byte was wrong.</param>
internal sealed record FlowFailure(string Text, bool IsBroken);
