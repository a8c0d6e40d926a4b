using System.Net;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

[Parallelizable(ParallelScope.All)]
public sealed class NatTableTests
{
    private const long Second = SimTime.Second;

    private static readonly PeerAddress s_client = PeerAddress.From(new IPEndPoint(IPAddress.Parse("10.0.0.2"), 5000));

    [Test]
    public void Without_a_nat_addresses_stay()
    {
        var nat = new NatTable(new NatSpec());
        nat.Translate(s_client, 0).ShouldBe(s_client);
        nat.TryInbound(s_client, 0, out PeerAddress inner).ShouldBeTrue();
        inner.ShouldBe(s_client);
        nat.Count.ShouldBe(0);
    }

    [Test]
    public void A_mapping_lasts_and_leads_back()
    {
        var nat = new NatTable(new NatSpec { IdleTimeout = 30 * Second });
        PeerAddress outer = nat.Translate(s_client, 0);
        outer.ShouldNotBe(s_client);
        nat.Translate(s_client, 29 * Second).ShouldBe(outer);
        nat.TryInbound(outer, 58 * Second, out PeerAddress inner).ShouldBeTrue();
        inner.ShouldBe(s_client);
        nat.TryInbound(outer, 87 * Second, out _).ShouldBeTrue();
    }

    [Test]
    public void Silence_ends_a_mapping()
    {
        var nat = new NatTable(new NatSpec { IdleTimeout = 30 * Second });
        PeerAddress outer = nat.Translate(s_client, 0);
        nat.TryInbound(outer, 30 * Second, out _).ShouldBeFalse();
        PeerAddress next = nat.Translate(s_client, 31 * Second);
        next.ShouldNotBe(outer);
        nat.TryInbound(outer, 31 * Second, out _).ShouldBeFalse();
        nat.TryInbound(next, 31 * Second, out _).ShouldBeTrue();
        nat.Count.ShouldBe(1);
    }

    [Test]
    public void Rebinding_gives_a_new_port_again_and_again()
    {
        var nat = new NatTable(LinkRun.Parse("rebind=10s,every=20s").Nat);
        PeerAddress first = nat.Translate(s_client, 9 * Second);
        PeerAddress second = nat.Translate(s_client, 10 * Second);
        second.ShouldNotBe(first);
        nat.TryInbound(first, 10 * Second, out _).ShouldBeFalse();
        nat.Translate(s_client, 29 * Second).ShouldBe(second);
        nat.Translate(s_client, 30 * Second).ShouldNotBe(second);
    }

    [Test]
    public void Clients_do_not_share_a_port()
    {
        var nat = new NatTable(new NatSpec { RebindAt = 10 * Second });
        nat.Translate(s_client, 0).ShouldNotBe(nat.Translate(s_client.WithPort(5001), 0));
        nat.TryInbound(s_client.WithPort(60_000), 0, out _).ShouldBeFalse();
    }

    [Test]
    public void Ports_are_finite_and_the_table_with_them()
    {
        var nat = new NatTable(new NatSpec { IdleTimeout = Second });
        for (int i = 0; i < 60_000; i++)
            nat.Translate(s_client.WithPort(i), i);
        nat.Count.ShouldBe(65_536 - 40_000);
    }
}
