using KcpTun.Conformance.Support;
using KcpTun.Smux;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Tunnel;

/// <summary>Many writers on one session: how far they may be ahead of it together.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CrowdedSessionTests
{
    private const int Writers = 64;
    private const int Crowded = 2 * 1024 * 1024;
    private const int CrowdedLimit = 16 * 1024;

    private static readonly byte[] s_data = Vectors.Lcg(43, 200_000);

    [Test]
    public void Writers_are_far_ahead_until_there_are_many_of_them_and_nothing_is_lost()
    {
        var pair = new TunnelPair();
        (MuxStream Client, MuxStream Server)[] streams = Open(pair);
        Task[] writing = [.. streams.Select(s => pair.World.Start(() => s.Client.WriteAsync(s_data).AsTask()))];

        streams[0].Client.UnsentBytes.ShouldBe(MuxStream.SendBufferBytes);
        streams[^1].Client.UnsentBytes.ShouldBe(CrowdedLimit);
        streams.Sum(s => s.Client.UnsentBytes)
            .ShouldBeLessThanOrEqualTo(Crowded + MuxStream.SendBufferBytes + (Writers * CrowdedLimit));

        byte[][] received = [.. streams.Select(_ => new byte[s_data.Length])];
        int[] counts = new int[Writers];
        pair.World.Run(
            () =>
            {
                for (int i = 0; i < Writers; i++)
                    counts[i] += TunnelPair.Drain(streams[i].Server, received[i].AsSpan(counts[i]));
                return counts.All(count => count == s_data.Length);
            },
            seconds: 600).ShouldBeTrue();
        Task.WaitAll(writing, TimeSpan.FromSeconds(10)).ShouldBeTrue();
        received.ShouldAllBe(bytes => bytes.SequenceEqual(s_data));
        AheadAlone(pair, streams[^1].Client).ShouldBe(MuxStream.SendBufferBytes);
    }

    [Test]
    public void Who_must_wait_waits_before_it_needs_a_buffer()
    {
        var pair = new TunnelPair();
        (MuxStream Client, MuxStream Server)[] streams = Open(pair);
        streams[^1].Client.WaitToWriteAsync().AsTask().Result.ShouldBe(MuxStream.SendBufferBytes);
        foreach ((MuxStream client, _) in streams.SkipLast(1))
            _ = pair.World.Start(() => client.WriteAsync(s_data).AsTask());

        MuxStream last = streams[^1].Client;
        last.WaitToWriteAsync().AsTask().Result.ShouldBe(CrowdedLimit);
        last.WriteAsync(s_data.AsMemory(0, CrowdedLimit)).AsTask().Wait();
        Task<int> waiting = last.WaitToWriteAsync().AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        last.IsWriteBlocked.ShouldBeTrue();
        pair.World.Run(() => !last.IsWriteBlocked, seconds: 60).ShouldBeTrue();
        waiting.Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        last.UnsentBytes.ShouldBeLessThanOrEqualTo(CrowdedLimit / 2);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Streams_that_are_given_up_crowd_nobody(bool isAbort)
    {
        var pair = new TunnelPair(o => o with { Smux = new SmuxOptions { ReceiveBuffer = 32 << 20 } });
        (MuxStream Client, MuxStream Server)[] streams = Open(pair, 24);
        MuxStream last = streams[^1].Client;
        // Nobody reads: what is more than the peer's window of 256 KiB stays here.
        byte[] data = new byte[400_000];
        foreach ((MuxStream client, _) in streams.SkipLast(1))
            _ = pair.World.Start(() => client.WriteAsync(data).AsTask());
        pair.World.Run(() => false, seconds: 20);
        last.WaitToWriteAsync().AsTask().Result.ShouldBe(CrowdedLimit);

        foreach ((MuxStream client, _) in streams.SkipLast(1))
        {
            if (isAbort)
                client.Abort();
            else
                client.Dispose();
        }

        pair.World.Run(() => pair.Session.StreamCount == 1).ShouldBeTrue();
        AheadAlone(pair, last).ShouldBe(MuxStream.SendBufferBytes);
    }

    private static (MuxStream Client, MuxStream Server)[] Open(TunnelPair pair, int writers = Writers)
    {
        Task<MuxStream>[] opened = [.. Enumerable.Range(0, writers).Select(_ => pair.Session.OpenStreamAsync())];
        LinkSession accepted = pair.AcceptSession();
        pair.World.Run(() => accepted.StreamCount == writers).ShouldBeTrue();
        return [.. opened.Select(client => (client.Result, accepted.AcceptStreamAsync().AsTask().Result!))];
    }

    private static int AheadAlone(TunnelPair pair, MuxStream stream)
    {
        _ = pair.World.Start(() => stream.WriteAsync(s_data).AsTask());
        return stream.UnsentBytes;
    }
}
