using KcpTun.Conformance.Sim.Reports;
using KcpTun.Conformance.Tunnel;
using KcpTun.Crypt;
using KcpTun.Link;
using KcpTun.Sim.Links;
using KcpTun.Sim.Swarm;

namespace KcpTun.Conformance.Sim.Swarm;

/// <summary>Every rule for datagrams, broken by hand.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WireInvariantsTests
{
    private const PathDirection Up = PathDirection.Up;
    private const PathDirection Down = PathDirection.Down;

    private static byte[] Data(uint sequence) =>
        WireScript.FecData(sequence, WireScript.Push(0, 0, new byte[10]));

    private static byte[] Parity(uint sequence) => WireScript.FecParity(sequence, 40);

    private static (WireScript Script, List<string> Found) Watch(
        Func<LinkOptions, LinkOptions>? client = null,
        Func<LinkOptions, LinkOptions>? server = null,
        Transport transport = Transport.Udp)
    {
        List<string> found = [];
        LinkOptions options = TunnelPair.Default() with { DataShards = 3, ParityShards = 2, Mtu = 1350 };
        var invariants = new WireInvariants(
            client?.Invoke(options) ?? options, server?.Invoke(options) ?? options, found.Add);
        return (new WireScript(invariants) { Transport = transport }, found);
    }

    private static Func<LinkOptions, LinkOptions> Gcm => o => o with { Cipher = CipherKind.Aes128Gcm };

    [Test]
    public void A_proper_exchange_breaks_no_rule()
    {
        (WireScript script, List<string> found) = Watch();
        for (uint i = 0; i < 20; i++)
        {
            script.Pass(Up, i, i % 5 < 3 ? Data(i) : Parity(i));
            script.Pass(Down, i, i % 5 < 3 ? Data(i) : Parity(i));
        }

        found.ShouldBeEmpty();
    }

    [Test]
    public void An_oversize_datagram_is_BND_3()
    {
        (WireScript script, List<string> found) = Watch(server: o => o with { Mtu = 1200 });
        script.Seal = packet => packet;
        script.Pass(Up, 0, new byte[1350]);
        script.Pass(Down, 0, new byte[1200]);
        found.ShouldBeEmpty();
        script.Pass(Up, 1, new byte[1351]);
        script.Pass(Down, 1, new byte[1201]);
        found.ShouldBe(
        [
            "BND-3: a datagram of 1351 bytes Up, the mtu is 1350",
            "BND-3: a datagram of 1201 bytes Down, the mtu is 1200",
        ]);
    }

    [Test]
    public void A_repeated_nonce_is_PRT_5()
    {
        (WireScript script, List<string> found) = Watch(Gcm, Gcm);
        byte nonce = 0;
        script.Seal = packet => [.. new byte[11], nonce, .. packet];
        script.Pass(Up, 0, WireScript.Push(0, 0, []));
        nonce = 1;
        script.Pass(Down, 0, WireScript.Push(0, 0, []));
        found.ShouldBeEmpty();
        script.Pass(Down, 1, WireScript.Push(1, 0, []));
        found.ShouldBe(["PRT-5: the nonce of datagram 1 Down was used before"]);
    }

    [Test]
    public void Plain_TCP_is_under_no_rule_of_the_tunnel()
    {
        (WireScript script, List<string> found) = Watch(Gcm, Gcm, Transport.Tcp);
        script.Pass(Up, 0, new byte[1500]);
        script.Pass(Up, 1, new byte[1500]);
        found.ShouldBeEmpty();
    }

    [Test]
    public void Ciphers_without_a_nonce_have_none_to_repeat()
    {
        (WireScript script, List<string> found) = Watch();
        script.Seal = packet => packet;
        script.Pass(Up, 0, WireScript.Push(0, 0, []));
        script.Pass(Up, 1, WireScript.Push(0, 0, []));
        found.ShouldBeEmpty();
    }

    [TestCase(2u, false)]
    [TestCase(3u, true)]
    [TestCase(5u, false)]
    [TestCase(4u, true)]
    public void A_packet_at_the_wrong_place_of_its_group_is_PRT_4(uint sequence, bool isData)
    {
        (WireScript script, List<string> found) = Watch();
        script.Pass(Down, 0, isData ? Data(sequence) : Parity(sequence));
        found.ShouldBe([$"PRT-4: FEC packet {sequence} Down is at the wrong place of its group"]);
    }

    [Test]
    public void FEC_of_an_end_that_has_none_is_PRT_4()
    {
        (WireScript script, List<string> found) = Watch(client: o => o with { DataShards = 0 });
        script.Pass(Up, 0, Data(0));
        found.ShouldBe(["PRT-4: FEC packet 0 Up is at the wrong place of its group"]);
    }

    [Test]
    public void A_sequence_that_does_not_rise_is_PRT_4()
    {
        (WireScript script, List<string> found) = Watch();
        script.Pass(Up, 0, Data(0));
        script.Pass(Up, 1, Data(1));
        script.Pass(Up, 2, Data(5));
        script.Pass(Up, 3, Data(0));
        found.ShouldBeEmpty("a gap is a group without parity, and 0 is a new session");
        script.Pass(Up, 4, Data(1));
        script.Pass(Up, 5, Data(1));
        found.ShouldBe(["PRT-4: FEC packet 1 Up follows 1"]);
    }

    [Test]
    public void Only_what_is_sent_is_judged()
    {
        (WireScript script, List<string> found) = Watch();
        long ordinal = script.Send(Up, 0, Data(0));
        script.Deliver(Up, 1, ordinal, Data(0));
        script.Deliver(Up, 1, ordinal, Data(0), isCopy: true);
        script.Deliver(Up, 2, 7, new byte[3000]);
        found.ShouldBeEmpty();
    }
}
