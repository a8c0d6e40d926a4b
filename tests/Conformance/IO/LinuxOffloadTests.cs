using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using KcpTun.IO;
using KcpTun.IO.Linux;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

/// <summary>That the offloads are really used, and how datagrams are grouped for them.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class LinuxOffloadTests
{
    private static readonly PeerAddress s_peer = PeerAddress.FromIPv4([10, 0, 0, 1], 4000);

    [Test]
    public void Equal_datagrams_pass_the_kernel_as_few_messages_both_ways()
    {
        using LinuxDatagramChannel client = Channels.OpenLinux(Channels.Loopback4);
        using LinuxDatagramChannel server = Channels.OpenLinux(Channels.Loopback4);
        client.Gso.IsEnabled.ShouldBeTrue("Linux 4.18 and later have UDP_SEGMENT");
        int[] sizes = [.. Enumerable.Repeat(1350, 479), 77];
        Channels.SendAll(client, Channels.BatchOf(server.Local, sizes));

        List<(byte[] Payload, PeerAddress Peer)> received = Channels.ReceiveAll(server, sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
            received[i].Payload.ShouldEqual(Channels.Payload(i, sizes[i]), i);
        // 48 datagrams of 1350 bytes are the most below 65,000 bytes.
        client.Gso.Messages.ShouldBe(10);
        client.Gso.Datagrams.ShouldBe(480);
        server.Receiver.MergedCount.ShouldBe(10);
        server.Receiver.MergedDatagrams.ShouldBe(480);
    }

    [Test]
    public void Offloads_work_on_a_dual_stack_socket_for_both_families()
    {
        using LinuxDatagramChannel server = Channels.OpenLinux(Channels.DualStack);
        using LinuxDatagramChannel four = Channels.OpenLinux(Channels.Loopback4);
        using LinuxDatagramChannel six = Channels.OpenLinux(Channels.Loopback6);
        var batch = new DatagramBatch(80);
        for (int i = 0; i < 80; i++)
            Channels.Add(batch, Channels.Payload(i, 1000), i < 40 ? four.Local : six.Local);
        Channels.SendAll(server, batch);
        server.Gso.Messages.ShouldBe(2);
        Channels.ReceiveAll(four, 40).Select(d => d.Payload)
            .ShouldBe(Enumerable.Range(0, 40).Select(i => Channels.Payload(i, 1000)));
        Channels.ReceiveAll(six, 40).Select(d => d.Payload)
            .ShouldBe(Enumerable.Range(40, 40).Select(i => Channels.Payload(i, 1000)));
        four.Receiver.MergedDatagrams.ShouldBe(40);
        six.Receiver.MergedDatagrams.ShouldBe(40);
    }

    [Test]
    public void Without_offloads_none_is_used()
    {
        using var client = (LinuxDatagramChannel)Channels.Open(Channels.LinuxWithoutOffloads, Channels.Loopback4);
        using var server = (LinuxDatagramChannel)Channels.Open(Channels.LinuxWithoutOffloads, Channels.Loopback4);
        Channels.SendAll(client, Channels.BatchOf(server.Local, [.. Enumerable.Repeat(1350, 100)]));
        Channels.ReceiveAll(server, 100).Count.ShouldBe(100);
        client.Gso.Messages.ShouldBe(0);
        server.Receiver.MergedCount.ShouldBe(0);
    }

    [Test]
    public void The_largest_merged_messages_never_overflow_a_batch()
    {
        using LinuxDatagramChannel client = Channels.OpenLinux(Channels.Loopback4);
        using LinuxDatagramChannel server = Channels.OpenLinux(Channels.Loopback4);
        int[] sizes = [.. Enumerable.Repeat(30, 3000)];
        Channels.SendAll(client, Channels.BatchOf(server.Local, sizes));
        List<(byte[] Payload, PeerAddress Peer)> received = Channels.ReceiveAll(server, sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
            received[i].Payload.ShouldEqual(Channels.Payload(i, 30), i);
        server.CreateReceiveBatch().Capacity.ShouldBeGreaterThanOrEqualTo(1024);
    }

    [TestCase(new[] { 100 }, 1)]
    [TestCase(new[] { 100, 100, 100 }, 3)]
    [TestCase(new[] { 100, 100, 99 }, 3, Description = "the last may be shorter")]
    [TestCase(new[] { 100, 100, 99, 99 }, 3, Description = "and is the last")]
    [TestCase(new[] { 100, 101 }, 1)]
    [TestCase(new[] { 100, 100, 101, 100 }, 2)]
    [TestCase(new[] { 100, 0 }, 1, Description = "an empty segment would vanish")]
    [TestCase(new[] { 0, 0 }, 1)]
    public void A_run_is_of_equal_size_but_for_its_end(int[] sizes, int expected) =>
        Gso.RunLength(Channels.BatchOf(s_peer, sizes), 0, int.MaxValue).ShouldBe(expected);

    [TestCase(1350, 48)]
    [TestCase(1500, 43)]
    [TestCase(1000, 64)]
    [TestCase(1016, 63)]
    public void A_run_ends_at_64_datagrams_or_65000_bytes(int size, int expected) =>
        Gso.RunLength(Channels.BatchOf(s_peer, [.. Enumerable.Repeat(size, 100)]), 0, int.MaxValue).ShouldBe(expected);

    [Test]
    public void A_run_ends_where_the_peer_changes_or_at_the_limit()
    {
        var batch = new DatagramBatch(4);
        PeerAddress other = PeerAddress.FromIPv4([10, 0, 0, 1], 4001);
        foreach (PeerAddress peer in new[] { s_peer, s_peer, other, s_peer })
            Channels.Add(batch, new byte[50], peer);
        Gso.RunLength(batch, 0, 100).ShouldBe(2);
        Gso.RunLength(batch, 2, 100).ShouldBe(1);
        Gso.RunLength(batch, 0, 1).ShouldBe(1);
    }

    [TestCase(3000, 1000, new[] { 1000, 1000, 1000 })]
    [TestCase(2500, 1000, new[] { 1000, 1000, 500 })]
    [TestCase(2500, 0, new[] { 1501 }, Description = "not merged, over-long")]
    [TestCase(900, 0, new[] { 900 })]
    [TestCase(0, 0, new[] { 0 })]
    [TestCase(5000, 2000, new[] { 1501, 1501, 1000 })]
    public void A_merged_message_is_split_where_it_lies(int length, int segmentSize, int[] expected)
    {
        const int Origin = 64;
        var batch = new DatagramBatch(8, 65536);
        Gro.Split(batch, new Slice(Origin, length), segmentSize, s_peer).ShouldBe(expected.Length);
        batch.Slices.ToArray().ShouldBe(expected.Select((size, i) => new Slice(Origin + (i * segmentSize), size)));
        batch.Peers.ToArray().ShouldAllBe(peer => peer == s_peer);
    }

    [Test]
    public void A_split_stops_at_the_capacity_of_the_batch()
    {
        var batch = new DatagramBatch(2, 65536);
        Gro.Split(batch, new Slice(0, 1000), 10, s_peer).ShouldBe(2);
        Gro.Split(batch, new Slice(1000, 10), 0, s_peer).ShouldBe(0);
        batch.Count.ShouldBe(2);
    }

    [Test]
    public void Foreign_control_data_is_no_segment_size()
    {
        byte[] control = new byte[Gro.ControlSize];
        Gro.SegmentSize([]).ShouldBe(0);
        Gro.SegmentSize(control).ShouldBe(0);
        Gro.SegmentSize(control.AsSpan(0, 10)).ShouldBe(0);
    }

    [Test]
    public void Structures_have_the_sizes_of_the_C_library()
    {
        Unsafe.SizeOf<IoVec>().ShouldBe(16);
        Unsafe.SizeOf<MsgHdr>().ShouldBe(56);
        Unsafe.SizeOf<MMsgHdr>().ShouldBe(64);
        Unsafe.SizeOf<CMsgHdr>().ShouldBe(16);
        Unsafe.SizeOf<PollFd>().ShouldBe(8);
        Unsafe.SizeOf<TimeSpec>().ShouldBe(16);
    }
}
