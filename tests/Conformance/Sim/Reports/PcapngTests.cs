using KcpTun.Sim.Links;
using KcpTun.Sim.Reports;

namespace KcpTun.Conformance.Sim.Reports;

[Parallelizable(ParallelScope.All)]
public sealed class PcapngTests
{
    private const string Command = "kcptun-sim --loss 30 --rtt 200 --seed 3";

    [Test]
    public void Interfaces_say_what_they_hold_and_the_section_how_to_make_it_again()
    {
        PcapngFile file = Capture(_ => { });

        file.SectionComment.ShouldBe(Command);
        file.Interfaces.ShouldBe(
        [
            ("up wire", (ushort)101, 9), ("down wire", (ushort)101, 9),
            ("up plain", (ushort)101, 9), ("down plain", (ushort)101, 9),
        ]);
    }

    [Test]
    public void A_datagram_is_on_the_wire_when_it_is_sent_and_opened_when_it_arrives()
    {
        byte[] packet = WireScript.Push(0, 5, "hello"u8);
        PcapngFile file = Capture(script => script.Pass(PathDirection.Up, 5, packet));

        file.Packets.Select(record => (record.Interface, record.Time, record.Comment)).ShouldBe(
            [("up wire", 5_000_000, null), ("up plain", 55_000_000, null)]);
        file.Packets[0].Payload.ShouldBe(WireScript.Scramble(packet));
        file.Packets[0].DestinationPort.ShouldBe(29900);
        file.Packets[1].Payload.ShouldBe(packet);
        file.Packets[1].SourcePort.ShouldBe(40000);
        file.Packets[1].DestinationPort.ShouldBe(PcapngObserver.PlainPort);
    }

    [Test]
    public void A_reply_comes_from_the_port_of_opened_packets()
    {
        PcapngFile file = Capture(script => script.Pass(PathDirection.Down, 0, WireScript.Ack(0, 5, 1)));

        file.Packets.Select(record => (record.Interface, record.SourcePort, record.DestinationPort)).ShouldBe(
            [("down wire", 29900, 40000), ("down plain", PcapngObserver.PlainPort, 40000)]);
    }

    [Test]
    public void A_lost_datagram_says_why_on_both_interfaces()
    {
        byte[] packet = WireScript.Push(0, 0, "lost"u8);
        PcapngFile file = Capture(script =>
        {
            script.Pass(PathDirection.Up, 0, packet);
            long lost = script.Send(PathDirection.Up, 60, packet);
            script.Drop(PathDirection.Up, 61, lost, packet, DropReason.Random);
        });

        file.Packets.Skip(2).Select(record => (record.Interface, record.Time, record.Comment)).ShouldBe(
        [
            ("up wire", 60_000_000, "DROP random loss (#1)"),
            ("up plain", 61_000_000, "DROP random loss (#1)"),
        ]);
    }

    [Test]
    public void Every_reason_reads_as_words()
    {
        byte[] packet = WireScript.Push(0, 0, "lost"u8);
        DropReason[] reasons = [.. Enum.GetValues<DropReason>().Where(reason => reason != DropReason.None)];
        PcapngFile file = Capture(script =>
        {
            foreach (DropReason reason in reasons)
                script.Drop(PathDirection.Down, 0, script.Send(PathDirection.Down, 0, packet), packet, reason);
        });

        file.Packets.Select(record => record.Comment).Distinct().Count().ShouldBe(reasons.Length);
        file.Packets.ShouldAllBe(record => record.Comment!.StartsWith("DROP "));
    }

    [Test]
    public void Copies_and_damage_are_records_of_their_own()
    {
        byte[] packet = WireScript.Push(0, 0, "twice"u8);
        PcapngFile file = Capture(script =>
        {
            long twice = script.Send(PathDirection.Up, 0, packet);
            script.Deliver(PathDirection.Up, 50, twice, packet);
            script.Deliver(PathDirection.Up, 51, twice, packet, isCopy: true);
            long damaged = script.Send(PathDirection.Up, 60, packet);
            script.Deliver(PathDirection.Up, 70, damaged, packet, isDamaged: true);
        });

        file.Packets.Select(record => (record.Interface, record.Comment)).ShouldBe(
        [
            ("up wire", null), ("up plain", null),
            ("up wire", "DUPLICATE (#0)"), ("up plain", "DUPLICATE (#0)"),
            ("up wire", null), ("up wire", "CORRUPTED (#1)"),
        ]);
    }

    [Test]
    public void Records_are_in_order_of_time_although_fates_are_learned_late()
    {
        byte[] packet = WireScript.Push(0, 0, "late"u8);
        PcapngFile file = Capture(script =>
        {
            long slow = script.Send(PathDirection.Up, 0, packet);
            script.Pass(PathDirection.Down, 1, packet);
            script.Pass(PathDirection.Down, 60, packet);
            script.Drop(PathDirection.Up, 200, slow, packet, DropReason.CoDel);
            script.Send(PathDirection.Up, 300, packet);
        });

        file.Packets.Select(record => record.Time).ShouldBeInOrder();
        file.Packets[0].Comment.ShouldBe("DROP CoDel (#0)");
        file.Packets[^1].Comment.ShouldBe("IN FLIGHT at the end (#1)");
    }

    [TestCase("10.0.0.1:40000", "10.0.0.2:29900")]
    [TestCase("[fd00::1]:40000", "[fd00::2]:29900")]
    public void Headers_are_right_for_every_length(string client, string server)
    {
        using var stream = new MemoryStream();
        using (var observer = new PcapngObserver(stream, "test", Command, "perfect"))
        {
            var script = new WireScript(observer)
            {
                Client = WireScript.Address(client),
                Server = WireScript.Address(server),
            };
            for (int length = 1; length <= 1300; length += 37)
                script.Pass(PathDirection.Up, length, WireScript.Push(0, 0, Support.Vectors.Lcg(1, length)));
        }

        bool isV6 = client[0] == '[';
        foreach (CapturedPacket packet in PcapngFile.Read(stream.ToArray()).Packets)
        {
            packet.UdpSum.ShouldBe(0xFFFF);
            int udpLength = (packet.Udp[4] << 8) | packet.Udp[5];
            udpLength.ShouldBe(packet.Udp.Length);
            int announced = isV6 ? (packet.Bytes[4] << 8) | packet.Bytes[5] : (packet.Bytes[2] << 8) | packet.Bytes[3];
            announced.ShouldBe(isV6 ? udpLength : packet.Bytes.Length);
            if (!isV6)
                packet.HeaderSum.ShouldBe(0xFFFF);
        }
    }

    [Test]
    public void Equal_runs_make_equal_captures() =>
        Bytes(Play).ShouldBe(Bytes(Play));

    private static void Play(WireScript script) => script.Pass(PathDirection.Up, 5, WireScript.Push(0, 5, "same"u8));

    private static PcapngFile Capture(Action<WireScript> play) => PcapngFile.Read(Bytes(play));

    private static byte[] Bytes(Action<WireScript> play)
    {
        using var stream = new MemoryStream();
        using (var observer = new PcapngObserver(stream, "kcptun-sim test", Command, "rtt 100 ms"))
            play(new WireScript(observer));
        return stream.ToArray();
    }
}
