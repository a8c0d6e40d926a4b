using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Swarm;
using KcpTun.Sim.Workloads;

namespace KcpTun.Sim.Running;

/// <content>The invariants of a checked run, and what it does when its workload is over.</content>
internal sealed partial class SimWorld
{
    /// <summary>Virtual time a new stream has to be served once the path has healed, ns.</summary>
    private const long ProbeLimit = 90 * SimTime.Second;

    /// <summary>Virtual time in which the tunnel may finish what is under way before it counts as idle, ns.</summary>
    private const long SettleTime = 5 * SimTime.Second;

    private const long IdleTime = 20 * SimTime.Second;

    /// <summary>Datagrams that one keepalive may cost: frame, acknowledgement and their parity.</summary>
    private const int DatagramsPerKeepAlive = 12;

    private static readonly EchoSpec s_probe = new()
    {
        Text = "echo:64B,n=3",
        Bytes = 64,
        Count = 3,
        Every = 100 * SimTime.Millisecond,
    };

    private void Check()
    {
        SimConditions conditions = _plan.Conditions;
        _client.Meter.OnSession = new SessionInvariants("client", _client.Context.Link, _loop.Fail).Check;
        _server.Meter.OnSession = new SessionInvariants("server", _server.Context.Link, _loop.Fail).Check;
        _log.Add(new WireInvariants(_client.Context.Link, _server.Context.Link, _loop.Fail));
        if (conditions.Garbage > 0)
        {
            _ = new GarbageSource(
                _path, new RandomStream(_plan.Seed, "garbage"), s_clientAddress, s_serverAddress,
                conditions.Garbage, conditions.HealedAt);
        }
    }

    /// <summary>A new stream must work on the healed path, and an idle tunnel must be quiet.</summary>
    private string? Probe()
    {
        _loop.Run(() => false, Math.Max(_loop.Now, _plan.Conditions.HealedAt));
        if (TryProbe() is { } failure)
            return failure;
        _loop.Run(() => false, _loop.Now + SettleTime);
        long sent = _log.Accounts.Datagrams;
        _loop.Run(() => false, _loop.Now + IdleTime);
        long idle = _log.Accounts.Datagrams - sent;
        long allowed = AllowedWhenIdle(_plan.Client.KeepAlive) + AllowedWhenIdle(_plan.Server.KeepAlive);
        // Sessions that were replaced go on being kept alive by the server until it notices.
        return idle <= allowed || _plan.Conditions.MayBreak || _plan.Client.AutoExpire > 0
            ? null
            : $"QUI-1: an idle tunnel sent {idle} datagrams in {IdleTime / SimTime.Second} s, "
                + $"at most {allowed} expected";
    }

    /// <summary>
    /// A new stream may be lost with a session that is dead without anybody knowing yet; then the next one is tried.
    /// </summary>
    private string? TryProbe()
    {
        long limit = _loop.Now + ProbeLimit;
        while (true)
        {
            _flows.Forgive();
            Task probe = Begin(() => _workload.RunAsync(s_probe));
            if (!_loop.Run(() => probe.IsCompleted, limit))
                return $"LIV-2: a new stream on the healed path is not served within {ProbeLimit / SimTime.Second} s";
            if (_flows.Failure is null)
                return null;
            if (!_plan.Conditions.MayBreak)
                return $"LIV-2: a new stream on the healed path fails: {_flows.Failure.Text}";
        }
    }

    private long AllowedWhenIdle(int keepAlive) =>
        (1 + (IdleTime / SimTime.Second / Math.Max(1, keepAlive))) * DatagramsPerKeepAlive * (_plan.Client.Conn + 2);
}
