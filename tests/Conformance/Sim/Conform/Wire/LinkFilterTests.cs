using KcpTun.Crypt;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Wire;
using static KcpTun.Conformance.Sim.Conform.Wire.Peers;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>The header link.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class LinkFilterTests
{
    [Test]
    public void Delay_counts_from_the_moment_a_datagram_enters()
    {
        LinkFilter filter = Filter("delay=50");
        filter.ToSubject.Put([1, 2, 3], 4, Start);
        filter.NextDeadline.ShouldBe(Start.AddMilliseconds(50));
        filter.ToSubject.TryTake(Start.AddMicroseconds(49_999), out _).ShouldBeFalse();
        filter.ToSubject.TryTake(Start.AddMilliseconds(60), out LinkArrival arrival).ShouldBeTrue();
        arrival.Time.ShouldBe(Start.AddMilliseconds(50));
        arrival.Bytes.ShouldBe([1, 2, 3]);
        arrival.Socket.ShouldBe(4);
        filter.ToTester.NextDeadline.ShouldBe(Instant.Never);
        filter.NextDeadline.ShouldBe(Instant.Never);
    }

    [TestCase("loss=30", 7000, 300)]
    [TestCase("duplicate=5", 10500, 150)]
    public void Chance_is_in_percent(string words, int expected, int tolerance)
    {
        LinkFilter filter = Filter(words);
        Count(filter.ToTester).ShouldBeInRange(expected - tolerance, expected + tolerance);
        (Count(filter.ToSubject) + filter.ToSubject.Lost).ShouldBeGreaterThanOrEqualTo(10_000);
    }

    [Test]
    public void The_same_seed_loses_the_same_datagrams_and_another_one_others()
    {
        string first = Fates(Filter("loss=20 seed=7"));
        Fates(Filter("loss=20 seed=7")).ShouldBe(first);
        Fates(Filter("loss=20 seed=8")).ShouldNotBe(first);
    }

    [Test]
    public void A_corrupted_datagram_differs_in_one_bit()
    {
        LinkFilter filter = Filter("corrupt=100");
        filter.ToTester.Put(new byte[100], 1, Start);
        filter.ToTester.TryTake(Start, out LinkArrival arrival).ShouldBeTrue();
        arrival.Bytes.Sum(value => int.PopCount(value)).ShouldBe(1);
    }

    [TestCase("loss=x", "--loss")]
    [TestCase("seed=-1", "seed=-1")]
    [TestCase("trace=file", "no word 'trace'")]
    [TestCase("lossy=3", "no word 'lossy'")]
    public void A_word_that_makes_no_sense_is_named(string words, string named)
    {
        LinkFilter.Create(Words(words), true, out string? error).ShouldBeNull();
        error.ShouldNotBeNull().ShouldContain(named);
    }

    [Test]
    public void A_datagram_no_path_carries_is_lost()
    {
        LinkFilter filter = Filter("loss=0");
        filter.ToTester.Put(new byte[60_000], 1, Start);
        filter.ToTester.TryTake(Start, out _).ShouldBeFalse();
        filter.ToTester.Lost.ShouldBe(1);
    }

    [TestCase(CipherKind.Aes256, 0, 0, false)]
    [TestCase(CipherKind.Aes128Gcm, 10, 3, true)]
    public void Two_peers_move_a_megabyte_through_loss(CipherKind cipher, int data, int parity, bool isCompressed)
    {
        const int Total = 1 << 20;
        LinkFilter link = Filter("loss=20 seed=3 delay=5 jitter=2 duplicate=2 corrupt=1 reorder=5");
        PlayedPeer client = Create(WireLayer.Smux, true, cipher, (data, parity), isCompressed, version: 2);
        PlayedPeer server = Create(WireLayer.Smux, false, cipher, (data, parity), isCompressed, version: 2);
        client.Sends(P("SYN", "sid".Is(3)));
        Instant now = Start;
        long sent = 0;
        long received = 0;
        while (received < Total)
        {
            now.ShouldBeLessThan(Start.AddSeconds(60));
            sent += Feed(client, sent, Total, now);
            Exchange(client, server, link, now);
            received += Consume(server, received, now);
            Instant next = Instant.Min(Instant.Min(client.NextDeadline, server.NextDeadline), link.NextDeadline);
            now = next > now ? next : now.AddMilliseconds(1);
            client.HandleTimer(now);
            server.HandleTimer(now);
        }

        link.ToSubject.Lost.ShouldBeGreaterThan(30);
        sent.ShouldBe(Total);
    }

    private static long Feed(PlayedPeer client, long offset, long total, Instant now)
    {
        long length = Math.Min(Math.Min(client.SendRoom(3), 8192), total - offset);
        if (length <= 0)
            return 0;
        byte[] part = new byte[length];
        AppPattern.Fill(part, offset);
        client.Send([P("PSH", "sid".Is(3), "data".Is(part))], DatagramChange.None, false, now).ShouldBeNull();
        return length;
    }

    private static long Consume(PlayedPeer server, long offset, Instant now)
    {
        long length = 0;
        foreach (Packet packet in server.TakeAll().Where(packet => packet.Word == "PSH"))
        {
            AppPattern.Matches(packet.Data(), offset + length).ShouldBeTrue();
            length += packet.Number("len");
        }

        if (length > 0)
        {
            Packet update = P("UPD", "sid".Is(3), "consumed".Is(offset + length), "window".Is(262144));
            server.Send([update], DatagramChange.None, false, now).ShouldBeNull();
        }

        return length;
    }

    private static void Exchange(PlayedPeer client, PlayedPeer server, LinkFilter link, Instant now)
    {
        while (client.Outgoing.TryDequeue(out OutgoingDatagram datagram))
            link.ToSubject.Put(datagram.Bytes.Span, datagram.From, now);
        while (server.Outgoing.TryDequeue(out OutgoingDatagram datagram))
            link.ToTester.Put(datagram.Bytes.Span, datagram.From, now);
        while (link.ToSubject.TryTake(now, out LinkArrival arrival))
            server.Receive(arrival.Bytes, arrival.Socket, now);
        while (link.ToTester.TryTake(now, out LinkArrival arrival))
            client.Receive(arrival.Bytes, arrival.Socket, now);
    }

    private static LinkFilter Filter(string words)
    {
        LinkFilter? filter = LinkFilter.Create(Words(words), isSubjectClient: false, out string? error);
        error.ShouldBeNull();
        return filter!;
    }

    private static KeyValuePair<string, string>[] Words(string words) =>
        [.. words.Split(' ').Select(word => KeyValuePair.Create(word.Split('=')[0], word.Split('=')[1]))];

    private static int Count(LinkLane lane)
    {
        int count = 0;
        for (int i = 0; i < 10_000; i++)
            lane.Put([1], 1, Start);
        while (lane.TryTake(Start, out _))
            count++;
        return count;
    }

    private static string Fates(LinkFilter filter)
    {
        for (int i = 0; i < 200; i++)
            filter.ToTester.Put([(byte)i], 1, Start);
        string fates = "";
        while (filter.ToTester.TryTake(Start, out LinkArrival arrival))
            fates += $"{arrival.Bytes[0]} ";
        return fates;
    }
}
