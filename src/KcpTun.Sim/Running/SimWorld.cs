using System.Net;
using KcpTun.Crypt;
using KcpTun.IO;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Metrics;
using KcpTun.Sim.Network;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Swarm;
using KcpTun.Sim.Workloads;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Running;

/// <summary>
/// One run: a client and a server as they ship, each on a machine of its own, applications at both ends, and the path
/// in between.
/// </summary>
internal sealed partial class SimWorld : IDisposable
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
    private readonly SimNode _client;
    private readonly SimNode _server;
    private readonly FlowContext _flows;
    private readonly WorkloadRun _workload;
    private readonly CancellationTokenSource _stop = new();

    public SimWorld(SimPlan plan, TraceHash trace, IWireObserver? observer)
    {
        _plan = plan;
        _trace = trace;
        CipherKind cipher = CipherCatalog.Resolve(plan.Client.Crypt);
        var envelope = Envelope.Create(cipher, KeyCache.Of(plan.Client).Pass);
        var accounts = new WireAccounts(envelope.HeaderLength + envelope.TrailerLength);
        _log = new WireLog(trace, envelope, accounts, observer);
        _path = new SimPath(_loop, plan.Path, plan.Seed, _log);
        _client = new SimNode("client", s_clientAddress, _path, plan, accounts, plan.Client with
        {
            LocalAddr = s_entrance.ToString(),
            RemoteAddr = $"{s_serverAddress}:29900",
        });
        _server = new SimNode("server", s_serverAddress, _path, plan, accounts, plan.Server with
        {
            Listen = ":29900",
            Target = s_target.ToString(),
        });
        _path.Join(_client.Host, _server.Host);
        _flows = new FlowContext(
            _loop,
            () => _client.Host.ConnectAsync(s_entrance, CancellationToken.None),
            () => _client.Host.Tcp.ConnectAsync(s_serverAddress),
            trace);
        _workload = new WorkloadRun(_flows, new RandomStream(plan.Seed, "workload"));
        if (plan.Conditions.ShuffleTies)
            _loop.ShuffleTies(new RandomStream(plan.Seed, "ties"));
        if (plan.Conditions.IsChecked)
            Check();
    }

    public void Dispose() => _stop.Dispose();

    public RunResult Run()
    {
        Task tunnel = Task.CompletedTask;
        string? failure = null;
        try
        {
            Task workload = Begin(() =>
            {
                tunnel = StartTunnel();
                return _workload.RunAsync(_plan.Workload);
            });
            bool isDone = _loop.Run(() => workload.IsCompleted, _plan.Limit);
            if (!isDone && _flows.Failure is { IsBroken: false } wrong)
                failure = wrong.Text;
            else if (!isDone)
                failure = $"LIV-2: not finished after {_plan.Limit / SimTime.Second} s of virtual time";
            else if (!(_plan.Conditions.MayBreak && _flows.Failure is { IsBroken: true }))
                failure = _flows.Failure?.Text;
            if (_plan.Conditions.IsChecked)
                failure ??= Probe();
            failure ??= Stop(tunnel);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = $"crash: {e}";
        }

        return Summarise(_loop.Violation ?? failure);
    }

    /// <summary>Starts something asynchronous inside the run.</summary>
    private Task Begin(Func<Task> action)
    {
        Task? task = null;
        _loop.Post(_ => task = action(), null);
        _loop.Run(() => true, _loop.Now);
        return task!;
    }

    private Task StartTunnel()
    {
        _ = _workload.ServeAsync(_server.Host.Listen(s_target));
        _ = _workload.ServeAsync(_server.Host.Tcp);
        var server = new ServerTunnel(_server.Context);
        Task listening = server.ListenAsync(_stop.Token);
        if (!listening.IsCompleted)
            throw new InvalidOperationException("Listening on a literal address does not wait.");
        listening.GetAwaiter().GetResult();
        var client = new ClientTunnel(_client.Context, _client.Host.Listen(s_entrance));
        return Task.WhenAll([server.RunAsync(_stop.Token), client.RunAsync(_stop.Token)]);
    }

    /// <summary>Shuts both ends down and checks that they give everything back.</summary>
    /// <returns>What is wrong, or null.</returns>
    private string? Stop(Task tunnel)
    {
        Begin(() =>
        {
            _stop.Cancel();
            return Task.CompletedTask;
        });
        bool isDone = _loop.Run(() => tunnel.IsCompleted && _path.InFlight == 0, _loop.Now + ShutdownLimit);
        if (!isDone)
            return "LIV-2: the tunnel does not end";
        if (tunnel.IsFaulted)
            return $"crash: {tunnel.Exception!.InnerException}";
        long held = _client.Context.Budget.UsedBytes + _server.Context.Budget.UsedBytes;
        return held == 0 ? null : $"BND-4: {held} bytes of the memory budget are never given back";
    }
}
