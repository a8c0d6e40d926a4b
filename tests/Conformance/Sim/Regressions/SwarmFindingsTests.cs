using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Swarm;

namespace KcpTun.Conformance.Sim.Regressions;

/// <summary>What the swarm has found, as small as its shrinker made it.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SwarmFindingsTests
{
    private static IEnumerable<TestCaseData> Findings()
    {
        yield return Finding(
            "FEC off here, parity arrives before data", 4720,
            "both.nocomp=true client.parityshard=0 server.mtu=409 link.rtt=6ms link.jitter=3ms flow=bulk:92449B,down");
        yield return Finding(
            "FEC off here, parity outnumbers data", 1615,
            "both.smuxver=1 both.nocomp=true client.conn=3 client.parityshard=0 server.datashard=2 "
                + "server.parityshard=8 link.rtt=16ms link.reorder=18 flow=echo:4B,n=19,every=26ms "
                + "flow=game:23hz,95B/317B,1s");
        yield return Finding(
            "FEC of two shapes", 2542,
            "client.datashard=3 client.parityshard=6 server.datashard=4 server.parityshard=7 link.rtt=150ms "
                + "link.jitter=56ms");
        yield return Finding(
            "FEC of two shapes, corrupted", 5980,
            "client.datashard=6 client.parityshard=9 server.datashard=1 server.parityshard=1 link.rtt=16ms "
                + "link.loss=11 link.reorder=20 link.corrupt=10,bitflip 'link.at=6s heal' host.heal=6 "
                + "flow=bulk:1497B,up flow=bulk:44590B,up flow=game:58hz,168B/87B,4s");
        yield return Finding(
            "a new port before anything was received", 1760,
            "client.mode=manual client.nodelay=0 client.interval=145 client.resend=3 client.nc=0 client.mtu=442 "
                + "client.keepalive=22 link.rtt=5ms link.rebind=2849ms link.mtu=409 'link.at=6s heal' host.heal=6 "
                + "flow=bulk:61B,up flow=echo:1259B,n=18,every=29ms");
        yield return Finding(
            "a stream closed long before its last byte is through", 100076,
            "server.mtu=443 server.sndwnd=4 link.rtt=123ms link.loss=14 'link.at=4s heal' host.heal=4 "
                + "flow=bulk:299956B,down flow=short:13x17408B,every=48ms");

        static TestCaseData Finding(string name, ulong seed, string text) =>
            new TestCaseData(seed, text).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Findings))]
    public void Stays_fixed(ulong seed, string text)
    {
        SwarmCase.TryParse(seed, text, out SwarmCase? swarmCase, out string? error).ShouldBeTrue(error);
        swarmCase!.TryPlan(out SimPlan? plan, out error).ShouldBeTrue(error);
        RunResult result = SimRun.Execute(plan!);
        result.Failure.ShouldBeNull($"kcptun-sim swarm --seed {seed} --case \"{text}\"");
    }
}
