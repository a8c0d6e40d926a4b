using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Metrics;

namespace KcpTun.Sim.Running;

/// <content>From everybody's counters to one result.</content>
internal sealed partial class SimWorld
{
    private RunResult Summarise(string? failure)
    {
        (SnmpCounters Client, SnmpCounters Server) ends = (_client.Context.Snapshot(), _server.Context.Snapshot());
        SnmpCounters counters = new();
        counters.Add(ends.Client);
        counters.Add(ends.Server);
        WireAccounts wire = _log.Accounts;
        return new RunResult
        {
            Seed = _plan.Seed,
            TraceHash = TraceHash.Format(_trace.Current()),
            IsComplete = failure is null,
            Failure = failure,
            Duration = _flows.LastDelivery,
            SimulatedTime = _loop.Now,
            DeliveredBytes = _flows.DeliveredBytes,
            Latencies = _flows.Latencies,
            BytesAtFirstEnd = _flows.BytesAtFirstEnd,
            Deadlines = _flows.Deadlines,
            Wire = Wire(),
            Retransmits = new RetransmitMetrics
            {
                Timeout = counters.LostSegs,
                Fast = counters.FastRetransSegs,
                Early = counters.EarlyRetransSegs,
                Spurious = wire.Spurious,
            },
            Fec = new FecMetrics
            {
                Parity = wire.ParityPackets,
                Recovered = counters.FecRecovered,
                Useless = counters.FecUseless,
                Late = Math.Max(0, counters.RepeatSegs - wire.Repeated),
            },
            Stalls = new StallMetrics
            {
                HeadOfLine = _client.Meter.HeadOfLine + _server.Meter.HeadOfLine,
                Window = _client.Meter.Window + _server.Meter.Window,
                MaxQueueDelay = _log.MaxQueueDelay,
                MeanQueueDelay = _log.MeanQueueDelay,
                QueueDelayP95 = _log.QueueDelayP95,
                PeakMemory = _client.Meter.PeakMemory + _server.Meter.PeakMemory,
            },
            Counters = ends,
        };
    }

    private WireMetrics Wire()
    {
        WireAccounts wire = _log.Accounts;
        return new WireMetrics
        {
            Datagrams = wire.Datagrams,
            Bytes = wire.Bytes,
            PayloadBytes = wire.PayloadBytes,
            HeaderBytes = wire.HeaderBytes,
            ParityBytes = wire.ParityBytes,
            TimeoutBytes = _client.Meter.TimeoutBytes + _server.Meter.TimeoutBytes,
            FastBytes = _client.Meter.FastBytes + _server.Meter.FastBytes,
            EarlyBytes = _client.Meter.EarlyBytes + _server.Meter.EarlyBytes,
            AckBytes = wire.AckBytes,
            TcpBytes = wire.TcpBytes,
            DuplicateBytes = _log.DuplicateBytes,
            Drops = _log.Drops,
        };
    }
}
