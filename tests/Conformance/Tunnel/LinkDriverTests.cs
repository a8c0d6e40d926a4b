using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Smux;
using KcpTun.Tuncrypt;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Tunnel;

[Parallelizable(ParallelScope.All)]
public sealed class LinkDriverTests
{
    private static readonly byte[] s_data = Vectors.Lcg(42, 300_000);

    private static IEnumerable<TestCaseData> Shapes()
    {
        foreach (CipherKind cipher in Enum.GetValues<CipherKind>())
            yield return Shape($"cipher {cipher}", o => o with { Cipher = cipher });
        yield return Shape("no compression", o => o with { Compression = false });
        yield return Shape("no FEC", o => o with { DataShards = 0, ParityShards = 0 });
        yield return Shape("FEC 2/2", o => o with { DataShards = 2, ParityShards = 2 });
        yield return Shape("smux 1", o => o with { Smux = new SmuxOptions { Version = 1 } });
        yield return Shape("mtu 512", o => o with { Mtu = 512 });
        yield return Shape("mtu 9000 is 1500", o => o with { Mtu = 9000 });
        yield return Shape("acknodelay", o => o with { AckNoDelay = true });
        yield return Shape("tuncrypt", o => o with { TuncryptKey = TuncryptSession.DerivePsk("k") });
        yield return Shape("small windows", o => o with { SendWindow = 4, ReceiveWindow = 8 });

        static TestCaseData Shape(string name, Func<LinkOptions, LinkOptions> change) =>
            new TestCaseData(change).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Shapes))]
    public void Both_directions_deliver_every_byte_at_20_percent_loss(Func<LinkOptions, LinkOptions> shape)
    {
        var pair = new TunnelPair(shape);
        var chance = new SeededEntropy(99);
        pair.World.Drops = _ => Percent(chance) < 20;
        (MuxStream client, MuxStream server) = pair.OpenStream();
        pair.Transfer(client, server, s_data).ShouldBe(s_data);
        pair.Transfer(server, client, s_data).ShouldBe(s_data);
        client.Dispose();
        server.Dispose();
        pair.World.Run(() => pair.Session.IsSendIdle && pair.AcceptSession().IsSendIdle).ShouldBeTrue();
        pair.Session.StreamCount.ShouldBe(0);
    }

    [Test]
    public void One_end_without_FEC_still_repairs_what_the_other_end_protects()
    {
        var pair = new TunnelPair(o => o, o => o with { DataShards = 0, ParityShards = 0 });
        (MuxStream client, MuxStream server) = pair.OpenStream();
        // The server first has to see a few whole groups: it learns 10/3 from them.
        pair.Transfer(client, server, s_data).ShouldBe(s_data);
        var chance = new SeededEntropy(7);
        pair.World.Drops = _ => Percent(chance) < 5;
        pair.Transfer(client, server, s_data).ShouldBe(s_data);
        pair.Server.Counters.FecRecovered.ShouldBeGreaterThan(0);
        pair.Transfer(server, client, s_data).ShouldBe(s_data);
        pair.Client.Counters.FecParityShards.ShouldBe(0);
    }

    [Test]
    public void A_half_close_lets_the_other_direction_go_on()
    {
        var pair = new TunnelPair();
        (MuxStream client, MuxStream server) = pair.OpenStream();
        client.WriteAsync(s_data.AsMemory(0, 1000)).AsTask().Wait();
        client.CloseWrite();
        pair.World.Run(() => server.HasPeerEnded).ShouldBeTrue();
        byte[] request = new byte[2000];
        TunnelPair.Drain(server, request).ShouldBe(1000);
        server.ReadAsync(request).AsTask().Result.ShouldBe(0);
        pair.Transfer(server, client, s_data).ShouldBe(s_data);
        server.CloseWrite();
        pair.World.Run(() => client.HasPeerEnded).ShouldBeTrue();
        client.ReadAsync(request).AsTask().Result.ShouldBe(0);
    }

    [Test]
    public void Data_and_FIN_that_arrive_together_are_both_seen_after_our_own_half_close()
    {
        var pair = new TunnelPair();
        (MuxStream client, MuxStream server) = pair.OpenStream();
        client.CloseWrite();
        pair.World.Run(() => server.HasPeerEnded).ShouldBeTrue();
        server.WriteAsync(s_data.AsMemory(0, 5000)).AsTask().Wait();
        server.Dispose();
        pair.World.Run(() => client.HasPeerEnded).ShouldBeTrue();
        byte[] reply = new byte[6000];
        TunnelPair.Drain(client, reply).ShouldBe(5000);
        reply.AsSpan(0, 5000).SequenceEqual(s_data.AsSpan(0, 5000)).ShouldBeTrue();
        client.ReadAsync(reply).AsTask().Result.ShouldBe(0);
    }

    [Test]
    public void An_idle_session_is_stepped_for_nothing_but_its_keepalives()
    {
        var pair = new TunnelPair();
        (MuxStream client, MuxStream server) = pair.OpenStream();
        pair.Transfer(client, server, s_data).ShouldBe(s_data);
        pair.World.Run(() => false, 15);
        long datagrams = pair.World.DatagramsSent;
        long turns = pair.World.Turns;
        pair.World.Run(() => false, 100);
        // Ten keepalives each way, each with its acknowledgement, which may share a datagram, and no parity after such
        // gaps.
        (pair.World.DatagramsSent - datagrams).ShouldBeInRange(20, 44);
        (pair.World.Turns - turns).ShouldBeLessThan(200);
    }

    [Test]
    public void A_full_socket_delays_datagrams_and_loses_none()
    {
        var pair = new TunnelPair(o => o with { SendWindow = 1024, ReceiveWindow = 1024 });
        (MuxStream client, MuxStream server) = pair.OpenStream();
        pair.ClientChannel.SendRoom = 30;
        Task writing = pair.World.Start(() => client.WriteAsync(s_data).AsTask());
        byte[] received = new byte[s_data.Length];
        int count = 0;
        pair.World.Run(() =>
        {
            pair.ClientChannel.SendRoom = 30;
            count += TunnelPair.Drain(server, received.AsSpan(count));
            return count == received.Length;
        }).ShouldBeTrue();
        writing.Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        received.ShouldBe(s_data);
        pair.Client.Counters.LostSegs.ShouldBe(0);
    }

    [Test]
    public void A_rate_limit_holds_the_datagrams_to_its_bytes_a_second()
    {
        var pair = new TunnelPair(
            o => o with { RateLimit = 50_000, Compression = false }, o => o with { Compression = false });
        (MuxStream client, MuxStream server) = pair.OpenStream();
        Instant start = pair.World.Now;
        _ = pair.Transfer(client, server, s_data);
        double seconds = (pair.World.Now - start) / 1e6;
        double allowed = PacketPacer.BurstBytes + (50_000 * seconds);
        ((double)pair.Client.Counters.OutBytes).ShouldBeLessThanOrEqualTo(allowed * 1.02);
        ((double)pair.Client.Counters.OutBytes).ShouldBeGreaterThan(allowed * 0.9);
    }

    [Test]
    public void A_silent_peer_ends_the_session_after_thirty_seconds()
    {
        var pair = new TunnelPair();
        (MuxStream client, _) = pair.OpenStream();
        pair.World.Drops = _ => true;
        Instant start = pair.World.Now;
        pair.World.Run(() => pair.Session.HasEnded, 90).ShouldBeTrue();
        pair.Session.EndText.ShouldBe("timeout");
        ((pair.World.Now - start) / 1_000_000).ShouldBeInRange(29, 60);
        Should.Throw<IOException>(() => client.WriteAsync(new byte[1]).AsTask().GetAwaiter().GetResult());
    }

    [Test]
    public void A_stalled_session_is_known_long_before_its_keepalive_ends_it()
    {
        var pair = new TunnelPair();
        (MuxStream client, _) = pair.OpenStream();
        pair.World.Run(() => pair.Session.IsSendIdle).ShouldBeTrue();
        pair.Session.StalledSince.ShouldBe(Instant.Never);
        pair.World.Drops = _ => true;
        Instant start = pair.World.Now;
        client.WriteAsync(new byte[10]).AsTask().Wait();
        pair.World.Run(() => pair.World.Now > start.AddSeconds(8));
        ((pair.World.Now - pair.Session.StalledSince) / 1_000_000).ShouldBeInRange(7, 9);
    }

    [Test]
    public void Stopping_returns_all_packet_memory()
    {
        var pair = new TunnelPair();
        (MuxStream client, MuxStream server) = pair.OpenStream();
        pair.Transfer(client, server, s_data).ShouldBe(s_data);
        client.WriteAsync(s_data.AsMemory(0, 100_000)).AsTask().Wait();
        pair.World.Run(() => server.AvailableBytes > 0).ShouldBeTrue();
        pair.Client.Stop();
        pair.Server.Stop();
        pair.World.Run(() => pair.Client.Stopped.IsCompleted && pair.Server.Stopped.IsCompleted).ShouldBeTrue();
        client.Dispose();
        server.Dispose();
        pair.Budget.UsedBytes.ShouldBe(0);
    }

    private static int Percent(SeededEntropy chance)
    {
        Span<byte> bytes = stackalloc byte[4];
        chance.Fill(bytes);
        return (int)(BitConverter.ToUInt32(bytes) % 100);
    }
}
