using System.Net;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

/// <summary>What every kind of channel promises, between all kinds.</summary>
public sealed class DatagramChannelTests
{
    private const int BatchSize = 64;

    [TestCaseSource(typeof(Channels), nameof(Channels.Pairs))]
    public void Thousands_of_datagrams_of_mixed_sizes_come_back_unchanged_and_in_order(string near, string far)
    {
        using IDatagramChannel client = Channels.Open(near, Channels.Any4);
        using IDatagramChannel server = Channels.Open(far, Channels.Loopback4);
        int[] sizes = MixedSizes(4000);
        for (int start = 0; start < sizes.Length; start += BatchSize)
        {
            int count = Math.Min(BatchSize, sizes.Length - start);
            var batch = new DatagramBatch(BatchSize);
            for (int i = start; i < start + count; i++)
                Channels.Add(batch, Channels.Payload(i, sizes[i]), server.Local);
            Channels.SendAll(client, batch);
            Echo(server, count);
            List<(byte[] Payload, PeerAddress Peer)> back = Channels.ReceiveAll(client, count);
            for (int i = 0; i < count; i++)
            {
                back[i].Payload.ShouldEqual(Channels.Payload(start + i, sizes[start + i]), start + i);
                back[i].Peer.ShouldBe(server.Local);
            }
        }
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_batch_whose_memory_was_given_back_is_used_again(string kind)
    {
        using IDatagramChannel client = Channels.Open(kind, Channels.Any4);
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        DatagramBatch received = server.CreateReceiveBatch();
        received.Buffer.AsSpan().Fill(0xA5);
        server.ReleaseMemory(received);
        if (kind != Channels.Portable)
        {
            // All but what shares its page with others.
            int page = Environment.SystemPageSize;
            received.Buffer.AsSpan(page, received.Buffer.Length - (2 * page)).IndexOfAnyExcept((byte)0).ShouldBe(-1);
        }

        var sent = new DatagramBatch(1);
        Channels.Add(sent, Channels.Payload(1, 1200), server.Local);
        Channels.SendAll(client, sent);
        server.Wait(Channels.Clock, Instant.Never);
        server.ReceiveBatch(received).ShouldBe(1);
        received[0].ToArray().ShouldEqual(Channels.Payload(1, 1200), 1);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_batch_for_many_peers_reaches_each_with_its_own_datagrams(string kind)
    {
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        IDatagramChannel[] clients =
            [.. from other in Channels.Kinds from _ in new int[4] select Channels.Open(other, Channels.Loopback4)];
        try
        {
            var batch = new DatagramBatch(600);
            var expected = clients.Select(_ => new List<byte[]>()).ToArray();
            for (int i = 0; i < batch.Capacity; i++)
            {
                // Runs of one to seven datagrams for the same peer, then the next peer.
                int target = i / (1 + (i % 7)) % clients.Length;
                byte[] payload = Channels.Payload(i, i % 5 == 0 ? 40 : 1350);
                Channels.Add(batch, payload, clients[target].Local);
                expected[target].Add(payload);
            }

            Channels.SendAll(server, batch);
            for (int i = 0; i < clients.Length; i++)
            {
                List<(byte[] Payload, PeerAddress Peer)> received = Channels.ReceiveAll(clients[i], expected[i].Count);
                for (int j = 0; j < received.Count; j++)
                    received[j].Payload.ShouldEqual(expected[i][j], j);
            }
        }
        finally
        {
            foreach (IDatagramChannel client in clients)
                client.Dispose();
        }
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Pairs))]
    public void A_dual_stack_socket_talks_to_both_families_and_names_IPv4_peers_as_IPv4(string near, string far)
    {
        using IDatagramChannel server = Channels.Open(far, Channels.DualStack);
        using IDatagramChannel four = Channels.Open(near, Channels.Loopback4);
        using IDatagramChannel six = Channels.Open(near, Channels.Loopback6);
        server.Local.ToString().ShouldBe($"[::]:{server.Local.Port}");

        Channels.SendAll(four, Channels.BatchOf(Channels.Reach(server, IPAddress.Loopback), 700, 700, 3));
        Echo(server, 3).ShouldAllBe(peer => peer == four.Local && !peer.IsIPv6);
        Channels.ReceiveAll(four, 3).ShouldAllBe(d => d.Peer == Channels.Reach(server, IPAddress.Loopback));

        Channels.SendAll(six, Channels.BatchOf(Channels.Reach(server, IPAddress.IPv6Loopback), 700, 700, 3));
        Echo(server, 3).ShouldAllBe(peer => peer == six.Local && peer.IsIPv6);
        Channels.ReceiveAll(six, 3).ShouldAllBe(d => d.Peer == Channels.Reach(server, IPAddress.IPv6Loopback));
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_client_socket_is_named_as_Go_names_it(string kind)
    {
        using IDatagramChannel channel = Channels.Open(kind, Channels.Any4);
        channel.Local.Port.ShouldBeGreaterThan(0);
        channel.Local.ToString().ShouldBe($"0.0.0.0:{channel.Local.Port}");
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_datagram_of_1500_bytes_arrives_whole_and_a_longer_one_cut_to_1501(string kind)
    {
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        int[] sizes = [1500, 1501, 1502, 2047, 2048, 2049, 9000, 60_000, 12];
        foreach (int size in sizes)
            sender.SendTo(Channels.Payload(size, size), server.Local.ToEndPoint());

        List<(byte[] Payload, PeerAddress Peer)> received = Channels.ReceiveAll(server, sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            ReadOnlySpan<byte> expected = Channels.Payload(sizes[i], sizes[i]).AsSpan(0, Math.Min(sizes[i], 1501));
            received[i].Payload.ShouldEqual(expected, i);
        }
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void An_empty_datagram_is_delivered_and_does_not_hide_the_next(string kind)
    {
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        using IDatagramChannel client = Channels.Open(kind, Channels.Loopback4);
        Channels.SendAll(client, Channels.BatchOf(server.Local, 0, 0, 5, 0, 5));
        Channels.ReceiveAll(server, 5).Select(d => d.Payload.Length).ShouldBe([0, 0, 5, 0, 5]);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void What_cannot_be_delivered_is_counted_as_done_and_the_rest_is_sent(string kind)
    {
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        using IDatagramChannel client = Channels.Open(kind, Channels.Any4);
        PeerAddress portZero = PeerAddress.FromIPv4([127, 0, 0, 1], 0);
        PeerAddress otherFamily = PeerAddress.From(new IPEndPoint(IPAddress.IPv6Loopback, server.Local.Port));
        PeerAddress unreachable = PeerAddress.FromIPv4([255, 255, 255, 255], 9);
        var batch = new DatagramBatch(16);
        foreach (PeerAddress bad in new[] { portZero, otherFamily, unreachable })
        {
            Channels.Add(batch, Channels.Payload(0, 100), bad);
            Channels.Add(batch, Channels.Payload(0, 100), bad);
            Channels.Add(batch, Channels.Payload(batch.Count, 100), server.Local);
        }

        client.SendBatch(batch, 0).ShouldBe(batch.Count);
        Channels.ReceiveAll(server, 3).Select(d => d.Payload)
            .ShouldBe([Channels.Payload(2, 100), Channels.Payload(5, 100), Channels.Payload(8, 100)]);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_send_starts_at_the_given_index(string kind)
    {
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        using IDatagramChannel client = Channels.Open(kind, Channels.Loopback4);
        DatagramBatch batch = Channels.BatchOf(server.Local, 10, 20, 30, 40);
        client.SendBatch(batch, 2).ShouldBe(2);
        client.SendBatch(batch, 4).ShouldBe(0);
        Channels.ReceiveAll(server, 2).Select(d => d.Payload.Length).ShouldBe([30, 40]);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_closed_port_at_the_other_end_disturbs_nothing(string kind)
    {
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        using IDatagramChannel client = Channels.Open(kind, Channels.Loopback4);
        PeerAddress gone;
        using (IDatagramChannel closed = Channels.Open(kind, Channels.Loopback4))
            gone = closed.Local;
        for (int i = 0; i < 5; i++)
        {
            Channels.SendAll(client, Channels.BatchOf(gone, 100, 100));
            client.ReceiveBatch(client.CreateReceiveBatch()).ShouldBe(0);
        }

        Channels.SendAll(client, Channels.BatchOf(server.Local, 100));
        Echo(server, 1);
        Channels.ReceiveAll(client, 1).Count.ShouldBe(1);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void An_address_in_use_is_refused(string kind)
    {
        using IDatagramChannel first = Channels.Open(kind, Channels.Loopback4);
        Should.Throw<SocketException>(() => Channels.Open(kind, first.Local.ToEndPoint()))
            .SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void Steady_traffic_allocates_nothing(string kind)
    {
        using IDatagramChannel server = Channels.Open(kind, Channels.Loopback4);
        using IDatagramChannel client = Channels.Open(kind, Channels.Loopback4);
        DatagramBatch outgoing = Channels.BatchOf(server.Local, [.. Enumerable.Repeat(1350, 32)]);
        DatagramBatch incoming = server.CreateReceiveBatch();
        long allocated = 0;
        for (int round = 0; round < 200; round++)
        {
            if (round == 100)
                allocated = GC.GetAllocatedBytesForCurrentThread();
            client.SendBatch(outgoing, 0);
            for (int received = 0; received < 32; received += server.ReceiveBatch(incoming))
                server.Wait(Channels.Clock, Channels.Clock.Now.AddSeconds(5));
            server.Wake();
            server.Wait(Channels.Clock, Channels.Clock.Now.AddSeconds(5));
        }

        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBe(0);
    }

    /// <summary>Equal sizes in runs, as KCP produces them, between stray ones.</summary>
    private static int[] MixedSizes(int count)
    {
        byte[] dice = Support.Vectors.Lcg(42, count);
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++)
        {
            sizes[i] = (dice[i] % 16) switch
            {
                0 => 1,
                1 => 1500,
                2 => 24 + dice[i],
                3 or 4 => 60,
                _ => 1350,
            };
        }

        return sizes;
    }

    /// <summary>Sends the next datagrams back to where they came from.</summary>
    private static List<PeerAddress> Echo(IDatagramChannel channel, int count)
    {
        var batch = new DatagramBatch(count);
        foreach ((byte[] payload, PeerAddress peer) in Channels.ReceiveAll(channel, count))
            Channels.Add(batch, payload, peer);
        Channels.SendAll(channel, batch);
        return [.. batch.Peers];
    }
}
