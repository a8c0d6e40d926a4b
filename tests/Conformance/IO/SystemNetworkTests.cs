using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.IO.Linux;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

public sealed class SystemNetworkTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Literals_are_not_looked_up()
    {
        var network = new SystemNetwork();
        (await network.ResolveAsync("192.0.2.7", default)).ShouldBe([IPAddress.Parse("192.0.2.7")]);
        (await network.ResolveAsync("2001:db8::7", default)).ShouldBe([IPAddress.Parse("2001:db8::7")]);
        (await network.ResolveAsync("", default)).ShouldBe([IPAddress.Loopback]);
    }

    [TestCase("192.0.2.7", true)]
    [TestCase("::1", true)]
    [TestCase("fe80::1%1", true)]
    [TestCase("127.1", false)]
    [TestCase("1", false)]
    [TestCase("a.b.c.d", false)]
    public void Only_complete_literals_are_literals(string host, bool expected) =>
        HostNames.TryParseLiteral(host, out _).ShouldBe(expected);

    [Test]
    public void IPv4_comes_first_and_the_order_is_kept_otherwise()
    {
        string[] literals = ["2001:db8::1", "192.0.2.2", "2001:db8::3", "192.0.2.1"];
        IPAddress[] given = [.. literals.Select(IPAddress.Parse)];
        HostNames.PreferIPv4("example", given).ShouldBe([given[1], given[3], given[0], given[2]]);
        Should.Throw<SocketException>(() => HostNames.PreferIPv4("example", []));
    }

    [Test]
    public void A_name_too_long_for_the_resolver_is_a_socket_error() =>
        Should.Throw<SocketException>(() => HostNames.Resolve(new string('x', 300)));

    [Test]
    [Platform("Linux")]
    public void Channels_that_share_a_port_share_its_peers_and_nobody_else_can_join()
    {
        const int Peers = 64;
        var network = new SystemNetwork();
        IReadOnlyList<IDatagramChannel> shared =
            network.OpenSharedChannels(new IPEndPoint(IPAddress.Loopback, 0), new DatagramSocketOptions(), 2);
        try
        {
            shared.Count.ShouldBe(2);
            var server = new IPEndPoint(IPAddress.Loopback, shared[0].Local.Port);
            shared[1].Local.ShouldBe(shared[0].Local);
            for (int i = 0; i < Peers; i++)
            {
                using var peer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
                for (int packet = 0; packet < 3; packet++)
                    peer.Send([1], server);
            }

            List<PeerAddress>[] heard = [.. shared.Select(PeersOf)];
            heard.Sum(peers => peers.Count).ShouldBe(3 * Peers);
            heard[0].Intersect(heard[1]).ShouldBeEmpty("a peer has one driver");
            heard.ShouldAllBe(peers => peers.Count > 0, "1 in 2^63 that all have the same");
            Should.Throw<SocketException>(
                () => network.OpenSharedChannels(server, new DatagramSocketOptions(), 2), "the port is ours alone");
        }
        finally
        {
            foreach (IDatagramChannel channel in shared)
                channel.Dispose();
        }

        static List<PeerAddress> PeersOf(IDatagramChannel channel)
        {
            // Loopback delivers within the call that sends.
            List<PeerAddress> peers = [];
            DatagramBatch batch = channel.CreateReceiveBatch();
            while (channel.ReceiveBatch(batch) > 0)
                peers.AddRange(batch.Peers[..batch.Count]);
            return peers;
        }
    }

    [Test]
    public void Linux_gets_its_own_channel_unless_told_otherwise()
    {
        Type preferred = SystemNetwork.HasLinuxChannel ? typeof(LinuxDatagramChannel) : typeof(SocketDatagramChannel);
        TypeOfChannel(new SystemNetwork()).ShouldBe(preferred);
        TypeOfChannel(new SystemNetwork(isPortableOnly: true)).ShouldBe(typeof(SocketDatagramChannel));
        Environment.SetEnvironmentVariable(SystemNetwork.PortableVariable, "1");
        try
        {
            TypeOfChannel(new SystemNetwork()).ShouldBe(typeof(SocketDatagramChannel));
        }
        finally
        {
            Environment.SetEnvironmentVariable(SystemNetwork.PortableVariable, null);
        }
    }

    [Test]
    public void A_driver_steps_on_its_own_thread_at_its_deadlines_until_it_ends()
    {
        var network = new SystemNetwork();
        var channel = new EndSpy(network.OpenDatagramChannel(Channels.Loopback4, new DatagramSocketOptions()));
        List<Instant> steps = [];
        string? name = null;
        bool isBackground = false;
        network.RunDriver("driver of a test", channel, now =>
        {
            name = Thread.CurrentThread.Name;
            isBackground = Thread.CurrentThread.IsBackground;
            steps.Add(now);
            return steps.Count < 4 ? now.AddMilliseconds(5) : null;
        });
        channel.Ended.Wait(s_patience).ShouldBeTrue();
        steps.Count.ShouldBe(4);
        for (int i = 1; i < steps.Count; i++)
            (steps[i] - steps[i - 1]).ShouldBeGreaterThanOrEqualTo(5000);
        name.ShouldBe("driver of a test");
        isBackground.ShouldBeTrue();
    }

    [Test]
    public void A_wake_makes_a_driver_step_before_its_deadline()
    {
        var network = new SystemNetwork();
        var channel = new EndSpy(network.OpenDatagramChannel(Channels.Loopback4, new DatagramSocketOptions()));
        int steps = 0;
        network.RunDriver("driver", channel, _ => ++steps == 1 ? Instant.Never : null);
        channel.Wake();
        channel.Ended.Wait(s_patience).ShouldBeTrue();
        steps.ShouldBe(2);
    }

    [Test]
    public void A_driver_that_fails_is_reported_after_its_channel_is_closed()
    {
        using var reported = new ManualResetEventSlim();
        string? driver = null;
        Exception? failure = null;
        bool wasClosed = false;
        EndSpy? channel = null;
        var network = new SystemNetwork((name, e) =>
        {
            (driver, failure, wasClosed) = (name, e, channel!.Ended.IsSet);
            reported.Set();
        });
        channel = new EndSpy(network.OpenDatagramChannel(Channels.Loopback4, new DatagramSocketOptions()));
        network.RunDriver("fragile", channel, _ => throw new InvalidOperationException("broken"));
        reported.Wait(s_patience).ShouldBeTrue();
        driver.ShouldBe("fragile");
        failure.ShouldBeOfType<InvalidOperationException>();
        wasClosed.ShouldBeTrue();
    }

    [TestCase(1_000_000_000L, 1_234_567_890L, 1_234_567L)]
    [TestCase(10_000_000L, 25L, 2L)]
    [TestCase(24_000_000L, 24_000_000L * 86_400 * 365 * 100, 1_000_000L * 86_400 * 365 * 100)]
    [TestCase(1_000_000_000L, long.MaxValue, long.MaxValue / 1000)]
    public void Clock_ticks_become_microseconds_without_overflow(long frequency, long ticks, long expected) =>
        SystemClock.ToMicroseconds(ticks, frequency).ShouldBe(expected);

    [Test]
    public void The_clock_moves_forward_at_the_pace_of_real_time()
    {
        var clock = new SystemClock();
        Instant start = clock.Now;
        long begin = Stopwatch.GetTimestamp();
        long before = 0;
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMilliseconds(1))
        {
            long now = clock.Now - start;
            now.ShouldBeGreaterThanOrEqualTo(before);
            before = now;
        }

        (new SystemClock().Now - start).ShouldBeInRange(1000, 10_000_000);
        clock.TimeProvider.ShouldBeSameAs(TimeProvider.System);
    }

    [TestCase(1)]
    [TestCase(12)]
    [TestCase(1024)]
    [TestCase(1025)]
    [TestCase(10_000)]
    public void Entropy_fills_everything_and_never_repeats(int length)
    {
        var entropy = new SystemEntropy();
        var seen = new HashSet<string>();
        int distinctBytes = 0;
        byte[] ever = new byte[length];
        for (int i = 0; i < 300; i++)
        {
            byte[] piece = new byte[length];
            entropy.Fill(piece);
            for (int j = 0; j < length; j++)
                ever[j] |= piece[j];
            if (seen.Add(Convert.ToHexString(piece)))
                distinctBytes++;
        }

        // A byte that stays 0 in 300 draws was not filled.
        ever.ShouldAllBe(b => b != 0);
        if (length >= 12)
            distinctBytes.ShouldBe(300);
        else
            distinctBytes.ShouldBeGreaterThan(100);
    }

    private static Type TypeOfChannel(SystemNetwork network)
    {
        using IDatagramChannel channel = network.OpenDatagramChannel(Channels.Loopback4, new DatagramSocketOptions());
        return channel.GetType();
    }

    /// <summary>Tells when a channel is disposed.</summary>
    private sealed class EndSpy(IDatagramChannel inner) : IDatagramChannel
    {
        public ManualResetEventSlim Ended { get; } = new();

        public PeerAddress Local => inner.Local;

        public DatagramBatch CreateReceiveBatch() => inner.CreateReceiveBatch();

        public int ReceiveBatch(DatagramBatch batch) => inner.ReceiveBatch(batch);

        public int SendBatch(DatagramBatch batch, int start) => inner.SendBatch(batch, start);

        public void Wait(IClock clock, Instant deadline) => inner.Wait(clock, deadline);

        public void Wake() => inner.Wake();

        public void Dispose()
        {
            inner.Dispose();
            Ended.Set();
        }
    }
}
