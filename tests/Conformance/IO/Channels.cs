using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using KcpTun.IO;
using KcpTun.IO.Linux;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

/// <summary>Opens every kind of channel this system has and moves datagrams through them in bounded time.</summary>
internal static class Channels
{
    public const string Portable = "portable";
    public const string Linux = "Linux";
    public const string LinuxWithoutOffloads = "Linux without offloads";

    private const int BufferBytes = 4 << 20;
    private const int PatienceSeconds = 10;

    private static readonly ConditionalWeakTable<IDatagramChannel, DatagramBatch> s_receiveBatches = [];

    public static readonly IClock Clock = new SystemClock();

    public static IEnumerable<string> Kinds =>
        SystemNetwork.HasLinuxChannel ? [Portable, Linux, LinuxWithoutOffloads] : [Portable];

    public static IEnumerable<TestCaseData> Pairs =>
        from one in Kinds from other in Kinds select new TestCaseData(one, other);

    public static IPEndPoint Any4 => new(IPAddress.Any, 0);

    public static IPEndPoint Loopback4 => new(IPAddress.Loopback, 0);

    public static IPEndPoint Loopback6 => new(IPAddress.IPv6Loopback, 0);

    public static IPEndPoint DualStack => new(IPAddress.IPv6Any, 0);

    public static IDatagramChannel Open(string kind, IPEndPoint local, DatagramSocketOptions? options = null)
    {
        options ??= new DatagramSocketOptions(BufferBytes);
        if (kind == Portable)
            return new SocketDatagramChannel(local, options);
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException(kind);
        return new LinuxDatagramChannel(
            local, options, kind == Linux ? DatagramOffloads.All : DatagramOffloads.None);
    }

    [SupportedOSPlatform("linux")]
    public static LinuxDatagramChannel OpenLinux(IPEndPoint local, Func<IMessageCalls, IMessageCalls>? wrap = null) =>
        new(
            local,
            new DatagramSocketOptions(BufferBytes),
            DatagramOffloads.All,
            descriptor => (wrap ?? (calls => calls))(new MessageCalls(descriptor)));

    /// <summary>Where a channel bound to a wildcard is reached on this machine.</summary>
    public static PeerAddress Reach(IDatagramChannel channel, IPAddress address) =>
        PeerAddress.From(new IPEndPoint(address, channel.Local.Port));

    public static DatagramBatch BatchOf(PeerAddress peer, params int[] sizes)
    {
        var batch = new DatagramBatch(Math.Max(1, sizes.Length));
        foreach (int size in sizes)
            Add(batch, Payload(batch.Count, size), peer);
        return batch;
    }

    /// <summary>Content that tells datagrams of the same size apart.</summary>
    public static byte[] Payload(int number, int size) => Support.Vectors.Lcg((uint)number + 1, size);

    public static void Add(DatagramBatch batch, ReadOnlySpan<byte> payload, PeerAddress peer)
    {
        payload.CopyTo(batch.Reserve());
        batch.Commit(payload.Length, peer);
    }

    /// <summary>An assertion library's comparison of arrays is too slow for thousands of datagrams.</summary>
    public static void ShouldEqual(this byte[] actual, ReadOnlySpan<byte> expected, int number)
    {
        if (!actual.AsSpan().SequenceEqual(expected))
            Assert.Fail($"datagram {number} is not what was sent: {actual.Length} bytes, not {expected.Length}");
    }

    /// <summary>Sends everything, waiting for room where there is none.</summary>
    public static void SendAll(IDatagramChannel channel, DatagramBatch batch)
    {
        Instant limit = Clock.Now.AddSeconds(PatienceSeconds);
        int next = 0;
        while (next < batch.Count)
        {
            next += channel.SendBatch(batch, next);
            if (next < batch.Count)
                channel.Wait(Clock, limit);
            if (Clock.Now > limit)
                Assert.Fail("the socket never had room");
        }
    }

    /// <summary>Receives <paramref name="count"/> datagrams, and fails when they do not come in time.</summary>
    public static List<(byte[] Payload, PeerAddress Peer)> ReceiveAll(IDatagramChannel channel, int count)
    {
        Instant limit = Clock.Now.AddSeconds(PatienceSeconds);
        var received = new List<(byte[], PeerAddress)>(count);
        DatagramBatch batch = s_receiveBatches.GetValue(channel, opened => opened.CreateReceiveBatch());
        while (received.Count < count)
        {
            if (channel.ReceiveBatch(batch) == 0)
                channel.Wait(Clock, limit);
            for (int i = 0; i < batch.Count; i++)
                received.Add((batch[i].ToArray(), batch.Peers[i]));
            if (Clock.Now > limit)
                Assert.Fail($"only {received.Count} of {count} datagrams came");
        }

        return received;
    }
}
