using System.Net;
using System.Net.Sockets;
using KcpTun.IO;

namespace KcpTun.Conformance.IO;

/// <summary>TCP and Unix sockets as the tunnel's local ends.</summary>
[CancelAfter(30_000)]
public sealed class StreamSocketTests
{
    private readonly SystemNetwork _network = new();
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("kcptun").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("127.0.0.1", "127.0.0.1:{0}")]
    [TestCase("", "[::]:{0}")]
    [TestCase("0.0.0.0", "[::]:{0}")]
    [TestCase("::", "[::]:{0}")]
    [TestCase("::1", "[::1]:{0}")]
    [TestCase("localhost", "127.0.0.1:{0}")]
    public void A_listener_is_named_as_in_Go(string host, string expected)
    {
        using IStreamListener listener = _network.Listen(new StreamEndPoint(host, 0));
        listener.LocalName.ShouldBe(string.Format(expected, PortOf(listener)));
        PortOf(listener).ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task Both_families_reach_a_dual_stack_listener_and_are_named_plainly(CancellationToken cancellation)
    {
        using IStreamListener listener = _network.Listen(new StreamEndPoint("", 0));
        foreach (IPAddress address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(address, PortOf(listener), cancellation);
            using IStreamConnection accepted = await listener.AcceptAsync(cancellation);
            accepted.RemoteName.ShouldBe(client.LocalEndPoint!.ToString());
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Each_direction_ends_on_its_own(bool isUnix, CancellationToken cancellation)
    {
        (IStreamConnection one, IStreamConnection other) = await Pair(isUnix, cancellation);
        using (one)
        using (other)
        {
            await one.WriteAsync("request"u8.ToArray(), cancellation);
            one.ShutdownWrite();
            (await ReadToEnd(other, cancellation)).ShouldBe("request"u8.ToArray());

            await other.WriteAsync("late answer"u8.ToArray(), cancellation);
            other.ShutdownWrite();
            (await ReadToEnd(one, cancellation)).ShouldBe("late answer"u8.ToArray());
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_large_write_arrives_whole_at_a_slow_reader(bool isUnix, CancellationToken cancellation)
    {
        byte[] data = Support.Vectors.Lcg(5, 8_000_000);
        (IStreamConnection one, IStreamConnection other) = await Pair(isUnix, cancellation);
        using (one)
        using (other)
        {
            Task write = one.WriteAsync(data, cancellation).AsTask();
            byte[] received = new byte[data.Length];
            int count = 0;
            while (count < received.Length)
            {
                int wanted = Math.Min(100_000, received.Length - count);
                count += await other.ReadAsync(received.AsMemory(count, wanted), cancellation);
            }

            await write;
            received.AsSpan().SequenceEqual(data).ShouldBeTrue();
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Steady_traffic_allocates_nothing(bool isUnix, CancellationToken cancellation)
    {
        const int Rounds = 2000;
        (IStreamConnection one, IStreamConnection other) = await Pair(isUnix, cancellation);
        using (one)
        using (other)
        {
            byte[] there = new byte[1000], back = new byte[1000];
            // On the thread pool, where the production code runs: NUnit's context allocates for every continuation.
            long perRound = await Task.Run(
                async () =>
                {
                    await PingPong(one, other, there, back, Rounds, cancellation);
                    long before = GC.GetTotalAllocatedBytes(precise: true);
                    await PingPong(one, other, there, back, Rounds, cancellation);
                    return (GC.GetTotalAllocatedBytes(precise: true) - before) / Rounds;
                },
                cancellation);
            perRound.ShouldBeLessThan(100, "a single task or state machine a round would be more");
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Dispose_ends_a_read_under_way_and_what_was_written_still_arrives(
        bool isUnix, CancellationToken cancellation)
    {
        byte[] data = Support.Vectors.Lcg(6, 100_000);
        (IStreamConnection one, IStreamConnection other) = await Pair(isUnix, cancellation);
        using (other)
        {
            ValueTask<int> read = one.ReadAsync(new byte[10], cancellation);
            await one.WriteAsync(data, cancellation);
            one.Dispose();
            int count = 0;
            try
            {
                count = await read;
            }
            catch (SocketException)
            {
                // The other permitted end.
            }

            count.ShouldBe(0);
            (await ReadToEnd(other, cancellation)).ShouldBe(data);
            Should.NotThrow(one.ShutdownWrite);
        }
    }

    [Test]
    public async Task Small_writes_are_not_delayed(CancellationToken cancellation)
    {
        using IStreamListener listener = _network.Listen(new StreamEndPoint("127.0.0.1", 0));
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await raw.ConnectAsync(IPAddress.Loopback, PortOf(listener), cancellation);
        raw.NoDelay.ShouldBeFalse();
        using var connection = new SocketStreamConnection(raw);
        raw.NoDelay.ShouldBeTrue();
    }

    [Test]
    public async Task Unix_sockets_are_named_by_path_and_unnamed_peers_by_an_at_sign(CancellationToken cancellation)
    {
        string path = Path.Combine(_folder, "local.sock");
        using IStreamListener listener = _network.Listen(new StreamEndPoint(path, -1));
        listener.LocalName.ShouldBe(path);
        using IStreamConnection client = await _network.ConnectAsync(new StreamEndPoint(path, -1), cancellation);
        using IStreamConnection accepted = await listener.AcceptAsync(cancellation);
        client.RemoteName.ShouldBe(path);
        accepted.RemoteName.ShouldBe("@");
    }

    [Test]
    public void A_stale_socket_file_keeps_the_path_in_use_and_an_orderly_end_frees_it()
    {
        string path = Path.Combine(_folder, "local.sock");
        using (IStreamListener listener = _network.Listen(new StreamEndPoint(path, -1)))
        {
            Should.Throw<SocketException>(() => _network.Listen(new StreamEndPoint(path, -1)))
                .SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
        }

        File.Exists(path).ShouldBeFalse();
        File.WriteAllText(path, "");
        Should.Throw<SocketException>(() => _network.Listen(new StreamEndPoint(path, -1)))
            .SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
        File.Exists(path).ShouldBeTrue();
    }

    [Test]
    [Platform("Linux")]
    public async Task An_abstract_Unix_socket_needs_no_file(CancellationToken cancellation)
    {
        string name = "@kcptun-" + Guid.NewGuid();
        using IStreamListener listener = _network.Listen(new StreamEndPoint(name, -1));
        listener.LocalName.ShouldBe(name);
        using IStreamConnection client = await _network.ConnectAsync(new StreamEndPoint(name, -1), cancellation);
        client.RemoteName.ShouldBe(name);
        File.Exists(name).ShouldBeFalse();
    }

    [TestCase("")]
    [TestCase("missing/folder/x.sock")]
    public async Task An_unusable_path_is_a_socket_error(string path, CancellationToken cancellation)
    {
        string longPath = path + new string('x', 200);
        Should.Throw<SocketException>(() => _network.Listen(new StreamEndPoint(longPath, -1)));
        Should.Throw<SocketException>(() => _network.Listen(new StreamEndPoint(path, -1)));
        await Should.ThrowAsync<SocketException>(
            async () => await _network.ConnectAsync(new StreamEndPoint(path, -1), cancellation));
    }

    [Test]
    public async Task A_restarted_listener_gets_its_port_back_at_once(CancellationToken cancellation)
    {
        IStreamListener listener = _network.Listen(new StreamEndPoint("127.0.0.1", 0));
        int port = PortOf(listener);
        IStreamConnection client = await _network.ConnectAsync(new StreamEndPoint("127.0.0.1", port), cancellation);
        IStreamConnection accepted = await listener.AcceptAsync(cancellation);
        // The listener's side closes first and so is left with the connection in TIME_WAIT.
        accepted.Dispose();
        (await client.ReadAsync(new byte[1], cancellation)).ShouldBe(0);
        client.Dispose();
        listener.Dispose();
        using IStreamListener restarted = _network.Listen(new StreamEndPoint("127.0.0.1", port));
        Should.Throw<SocketException>(() => _network.Listen(new StreamEndPoint("127.0.0.1", port)))
            .SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
    }

    [Test]
    public async Task A_name_is_tried_at_all_its_addresses(CancellationToken cancellation)
    {
        using IStreamListener listener = _network.Listen(new StreamEndPoint("::1", 0));
        IPAddress[] addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback];
        using IStreamConnection client = await SystemNetwork.ConnectAsync(addresses, PortOf(listener), cancellation);
        client.RemoteName.ShouldBe(listener.LocalName);
    }

    [Test]
    public async Task A_refused_connection_is_a_socket_error(CancellationToken cancellation)
    {
        int port;
        using (IStreamListener listener = _network.Listen(new StreamEndPoint("127.0.0.1", 0)))
            port = PortOf(listener);
        SocketException e = await Should.ThrowAsync<SocketException>(
            async () => await _network.ConnectAsync(new StreamEndPoint("127.0.0.1", port), cancellation));
        e.SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    private static int PortOf(IStreamListener listener) => IPEndPoint.Parse(listener.LocalName).Port;

    private async Task<(IStreamConnection One, IStreamConnection Other)> Pair(
        bool isUnix, CancellationToken cancellation)
    {
        StreamEndPoint local = isUnix
            ? new StreamEndPoint(Path.Combine(_folder, "pair.sock"), -1)
            : new StreamEndPoint("127.0.0.1", 0);
        using IStreamListener listener = _network.Listen(local);
        StreamEndPoint target = isUnix ? local : new StreamEndPoint("127.0.0.1", PortOf(listener));
        IStreamConnection one = await _network.ConnectAsync(target, cancellation);
        return (one, await listener.AcceptAsync(cancellation));
    }

    private static async Task<byte[]> ReadToEnd(IStreamConnection connection, CancellationToken cancellation)
    {
        var content = new MemoryStream();
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await connection.ReadAsync(buffer, cancellation)) > 0)
            content.Write(buffer, 0, count);
        return content.ToArray();
    }

    private static async Task PingPong(
        IStreamConnection one, IStreamConnection other, byte[] there, byte[] back, int rounds,
        CancellationToken cancellation)
    {
        for (int i = 0; i < rounds; i++)
        {
            // The read comes first, so that it really waits.
            ValueTask<int> read = other.ReadAsync(back, cancellation);
            await one.WriteAsync(there, cancellation);
            int count = await read;
            while (count < there.Length)
                count += await other.ReadAsync(back.AsMemory(count), cancellation);
        }
    }
}
