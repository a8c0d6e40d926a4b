using System.Net;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Metrics;
using KcpTun.Sim.Network;
using KcpTun.Sim.Plans;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging.Abstractions;

namespace KcpTun.Sim.Running;

/// <summary>One end of the tunnel on its machine.</summary>
internal sealed class SimNode
{
    public SimNode(
        string name, IPAddress address, SimPath path, SimPlan plan, WireAccounts accounts, TunnelOptions options)
    {
        HostConditions conditions = options is ClientOptions ? plan.Conditions.Client : plan.Conditions.Server;
        var faults = new HostFaults
        {
            LongestRead = conditions.LongestRead,
            FullSocket = conditions.FullSocket,
            Chance = new RandomStream(plan.Seed, $"faults.{name}"),
        };
        var clock = new SimClock(path.Loop, conditions.ClockPhase, conditions.ClockDrift);
        Host = new SimHost(name, address, path, clock, new RandomStream(plan.Seed, $"entropy.{name}"), faults);
        Context = TunnelContext.Create(options, Host, NullLogger.Instance, KeyCache.Of(options));
        Meter = new HostMeter(path.Loop, Context, accounts);
        Host.AfterStep = Meter.AfterStep;
    }

    public SimHost Host { get; }

    public TunnelContext Context { get; }

    public HostMeter Meter { get; }
}
