using System.Net;
using KcpTun.Crypt;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Metrics;
using KcpTun.Sim.Network;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Workloads;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging.Abstractions;

namespace KcpTun.Sim.Running;

/// <summary>
/// One run: a client and a server as they ship, each on a machine of its own, applications at both ends, and the path
/// in between.
/// </summary>
internal sealed class SimWorld : IDisposable
{
    /// <summary>Virtual time the tunnel has to end after its workload has, ns.</summary>
    private const long ShutdownLimit = 120 * SimTime.Second;

    private static readonly StreamEndPoint s_entrance = new("127.0.0.1", 12948);
    private static readonly StreamEndPoint s_target = new("127.0.0.1", 8388);
    private static readonly IPAddress s_clientAddress = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress s_serverAddress = IPAddress.Parse("10.0.0.2");

    private readonly SimPlan _plan;
    private readonly SimLoop _loop = new();
    private readonly TraceHash _trace;
    private readonly WireLog _log;
    private readonly SimPath _path;
    private readonly Node _client;
    private readonly Node _server;
    private readonly FlowContext _flows;
    private readonly WorkloadRun _workload;
    private readonly CancellationTokenSource _stop = new();

    public SimWorld(SimPlan plan, TraceHash trace, IWireObserver? observer)
    {
        _plan = plan;
        _trace = trace;
        CipherKind cipher = CipherCatalog.Resolve(plan.Client.Crypt);
        var envelope = Envelope.Create(cipher, KeyDerivation.DerivePass(plan.Client.Key));
        var accounts = new WireAccounts(envelope.HeaderLength + envelope.TrailerLength);
        _log = new WireLog(trace, envelope, accounts, observer);
        _path = new SimPath(_loop, plan.Path, plan.Seed, _log);
        _client = new Node("client", s_clientAddress, this, plan.Client with
        {
            LocalAddr = s_entrance.ToString(),
            RemoteAddr = $"{s_serverAddress}:29900",
        });
        _server = new Node("server", s_serverAddress, this, plan.Server with
        {
            Listen = ":29900",
            Target = s_target.ToString(),
        });
        _path.Join(_client.Host, _server.Host);
        _flows = new FlowContext(_loop, _client.Host, s_entrance, trace);
        _workload = new WorkloadRun(_flows, new RandomStream(plan.Seed, "workload"));
    }

    public void Dispose() => _stop.Dispose();

    public RunResult Run()
    {
        Task workload = Task.CompletedTask;
        Task tunnel = Task.CompletedTask;
        string? failure = null;
        try
        {
            _loop.Post(_ => (workload, tunnel) = Start(), null);
            bool isDone = _loop.Run(() => workload.IsCompleted && _trace.Events > 0, _plan.Limit);
            failure = _flows.Failure ?? workload.Exception?.InnerException?.ToString();
            if (!isDone)
                failure ??= $"LIV-2: not finished after {_plan.Limit / SimTime.Second} s of virtual time";
            failure ??= Stop(tunnel);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = $"crash: {e}";
        }

        return Summarise(_loop.Violation ?? failure);
    }

    private (Task Workload, Task Tunnel) Start()
    {
        IStreamListener target = _server.Host.Listen(s_target);
        _ = _workload.ServeAsync(target);
        var server = new ServerTunnel(_server.Context);
        ValueTaskIsDone(server.ListenAsync(_stop.Token));
        var client = new ClientTunnel(_client.Context, _client.Host.Listen(s_entrance));
        Task tunnel = Task.WhenAll([server.RunAsync(_stop.Token), client.RunAsync(_stop.Token)]);
        return (_workload.RunAsync(_plan.Workload), tunnel);
    }

    /// <summary>Nothing in it waits here: addresses are literals.</summary>
    private static void ValueTaskIsDone(Task task)
    {
        if (!task.IsCompleted)
            throw new InvalidOperationException("Listening on a virtual address does not wait.");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Shuts both ends down and checks that they give everything back.</summary>
    /// <returns>What is wrong, or null.</returns>
    private string? Stop(Task tunnel)
    {
        _loop.Post(_ => _stop.Cancel(), null);
        bool isDone = _loop.Run(() => tunnel.IsCompleted && _path.InFlight == 0, _loop.Now + ShutdownLimit);
        if (!isDone)
            return "LIV-2: the tunnel does not end";
        if (tunnel.IsFaulted)
            return tunnel.Exception!.InnerException!.ToString();
        long held = _client.Context.Budget.UsedBytes + _server.Context.Budget.UsedBytes;
        return held == 0 ? null : $"BND-4: {held} bytes of the memory budget are never given back";
    }

    private RunResult Summarise(string? failure)
    {
        SnmpCounters counters = _client.Context.Snapshot();
        counters.Add(_server.Context.Snapshot());
        WireAccounts wire = _log.Accounts;
        return new RunResult
        {
            Seed = _plan.Seed,
            TraceHash = TraceHash.Format(_trace.Current()),
            IsComplete = failure is null,
            Failure = failure,
            Duration = _flows.LastDelivery,
            DeliveredBytes = _flows.DeliveredBytes,
            Latencies = _flows.Latencies,
            Deadlines = _flows.Deadlines,
            Wire = new WireMetrics
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
                DuplicateBytes = _log.DuplicateBytes,
                Drops = _log.Drops,
            },
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
                Late = Math.Max(0, counters.RepeatSegs - counters.FecUseless - wire.Repeated),
            },
            Stalls = new StallMetrics
            {
                HeadOfLine = _client.Meter.HeadOfLine + _server.Meter.HeadOfLine,
                Window = _client.Meter.Window + _server.Meter.Window,
                MaxQueueDelay = _log.MaxQueueDelay,
                MeanQueueDelay = _log.MeanQueueDelay,
                PeakMemory = _client.Meter.PeakMemory + _server.Meter.PeakMemory,
            },
            SimulatedTime = _loop.Now,
        };
    }

    /// <summary>One end of the tunnel on its machine.</summary>
    private sealed class Node
    {
        public Node(string name, IPAddress address, SimWorld world, TunnelOptions options)
        {
            var clock = new SimClock(world._loop);
            var entropy = new RandomStream(world._plan.Seed, $"entropy.{name}");
            Host = new SimHost(name, address, world._path, clock, entropy, HostFaults.None);
            Context = TunnelContext.Create(options, Host, NullLogger.Instance);
            Meter = new HostMeter(world._loop, Context, world._log.Accounts);
            Host.AfterStep = Meter.AfterStep;
        }

        public SimHost Host { get; }

        public TunnelContext Context { get; }

        public HostMeter Meter { get; }
    }
}
