using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>Hostile peers and exhausted memory: nothing throws, nothing grows without bound, nothing leaks.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class KcpMemoryTests
{
    private const int SlabBytes = PacketPool.SlotSize * PacketPool.SlotsPerSlab;

    private readonly PacketCollector _output = new(1400);

    [Test]
    public void Refused_write_queues_nothing()
    {
        var pool = new PacketPool(new MemoryBudget(SlabBytes));
        var counters = new SnmpCounters();
        KcpSession session = NewSession(pool, counters: counters);
        int mss = session.Mss;
        session.TrySend(new byte[(mss * (PacketPool.SlotsPerSlab - 2)) + 1]).ShouldBeTrue();
        session.WaitSend.ShouldBe(PacketPool.SlotsPerSlab - 1);
        long sent = counters.BytesSent;

        session.TrySend(new byte[mss * 3]).ShouldBeFalse();
        session.WaitSend.ShouldBe(PacketPool.SlotsPerSlab - 1);
        counters.BytesSent.ShouldBe(sent);
        // The half-empty last segment was not touched either: it still takes all but its one byte.
        session.TrySend(new byte[mss - 1]).ShouldBeTrue();
        session.WaitSend.ShouldBe(PacketPool.SlotsPerSlab - 1);
        session.Release();
        pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void Segment_without_memory_is_neither_stored_nor_acknowledged()
    {
        var pool = new PacketPool(new MemoryBudget(SlabBytes));
        KcpSession session = NewSession(pool);
        while (pool.Outstanding < PacketPool.SlotsPerSlab)
            pool.TryRent(out _).ShouldBeTrue();
        session.Input(Segments.Push(0, [1]), true, false, 0, _output).ShouldBe(KcpInputResult.Ok);
        session.RefusedSegments.ShouldBe(1);
        session.AckCount.ShouldBe(0);
        session.ReceiveNext.ShouldBe(0u);
    }

    [Test]
    public void Early_segments_that_hold_all_memory_cannot_lock_out_the_next_one()
    {
        var pool = new PacketPool(new MemoryBudget(SlabBytes));
        KcpSession session = NewSession(pool);
        for (uint sn = 1; sn < 100; sn++)
            session.Input(Segments.Push(sn, [(byte)sn]), true, false, 0, _output);
        session.RefusedSegments.ShouldBeGreaterThan(0);
        byte[] buffer = new byte[2000];
        for (uint sn = 0; sn < 100; sn++)
        {
            session.Input(Segments.Push(sn, [(byte)sn]), true, false, 0, _output);
            session.Receive(buffer).ShouldBe(1);
            buffer[0].ShouldBe((byte)sn);
        }

        session.Release();
        pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void Others_that_take_all_memory_cannot_starve_a_session_with_early_segments()
    {
        var pool = new PacketPool(new MemoryBudget(SlabBytes));
        KcpSession session = NewSession(pool);
        session.Input(Segments.Push(110, [0]), true, false, 0, _output);
        for (uint sn = 0; sn < 110; sn++)
        {
            while (pool.TryRent(out _))
            {
            }

            session.Input(Segments.Push(sn, [(byte)sn]), true, false, 0, _output);
            session.Receive(new byte[2000]).ShouldBe(1);
        }

        session.RefusedSegments.ShouldBe(0);
    }

    [Test]
    public void Payload_beyond_a_slot_is_refused()
    {
        var pool = new PacketPool(new MemoryBudget(SlabBytes));
        KcpSession session = NewSession(pool);
        session.Input(Segments.Push(0, new byte[PacketPool.SlotSize + 1]), true, false, 0, _output);
        session.RefusedSegments.ShouldBe(1);
        session.Input(Segments.Push(0, new byte[PacketPool.SlotSize]), true, false, 0, _output);
        session.PeekLength().ShouldBe(PacketPool.SlotSize);
    }

    [Test]
    public void Acks_for_a_peer_that_repeats_itself_are_limited()
    {
        KcpSession session = NewSession(new PacketPool(new MemoryBudget(SlabBytes)));
        byte[] packet = [.. Enumerable.Range(0, 60).SelectMany(_ => Segments.Push(0, []))];
        for (int i = 0; i < 2000; i++)
            session.Absorb(packet, true, 0).ShouldBe(KcpInputResult.Ok);
        session.AckCount.ShouldBe(AckList.Limit);
    }

    [Test]
    public void Hostile_packets_neither_throw_nor_grow([Range(0, 29)] int seed)
    {
        const int Window = 64;
        var dice = new Random(seed);
        var pool = new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        KcpSession session = NewSession(pool, Window, seed % 2 == 0, (KcpDialect)(seed / 2 % 2));
        byte[] buffer = new byte[512 * 1024];
        uint now = (uint)dice.Next();
        for (int i = 0; i < 4000; i++)
        {
            now += (uint)dice.Next(40);
            byte[] packet = HostilePacket(dice, session);
            session.Input(packet, dice.Next(2) == 0, dice.Next(2) == 0, now, _output);
            if (session.WaitSend < Window)
                session.TrySend(new byte[dice.Next(3000)]).ShouldBeTrue();
            if (dice.Next(3) == 0)
                session.Receive(buffer).ShouldBeGreaterThanOrEqualTo(0);
            session.HandleTimer(now, _output);
            _output.Take();
            session.WaitSend.ShouldBeLessThanOrEqualTo(Window + 3);
            session.ReceiveQueueCount.ShouldBeLessThanOrEqualTo(Window);
            session.ReceiveBufferCount.ShouldBeLessThanOrEqualTo(Window);
            pool.Outstanding.ShouldBeLessThanOrEqualTo((3 * Window) + 4);
        }

        session.Release();
        pool.Outstanding.ShouldBe(0);
    }

    private static byte[] HostilePacket(Random dice, KcpSession session)
    {
        byte[] packet = new byte[dice.Next(300)];
        dice.NextBytes(packet);
        if (packet.Length < KcpHeader.Length || dice.Next(10) == 0)
            return packet;
        uint sn = dice.Next(3) switch
        {
            0 => session.SendUna + (uint)dice.Next(-3, 70),
            1 => session.ReceiveNext + (uint)dice.Next(-3, 70),
            _ => (uint)dice.Next(),
        };
        uint una = dice.Next(4) == 0 ? (uint)dice.Next() : session.SendUna + (uint)dice.Next(-2, 3);
        uint length = dice.Next(10) == 0 ? (uint)dice.Next() : (uint)dice.Next(packet.Length - KcpHeader.Length + 1);
        var header = new KcpHeader(
            Segments.Conversation, (byte)dice.Next(80, 86), (byte)dice.Next(256), (ushort)dice.Next(65536),
            (uint)dice.Next(), sn, una, length);
        header.Write(packet);
        return packet;
    }

    private static KcpSession NewSession(
        PacketPool pool, int window = 128, bool isStream = true, KcpDialect dialect = default,
        SnmpCounters? counters = null) => new(
        new KcpOptions
        {
            Conversation = Segments.Conversation,
            SendWindow = window,
            ReceiveWindow = window,
            StreamMode = isStream,
            Dialect = dialect,
            Resend = 2,
        },
        pool,
        counters ?? new SnmpCounters());
}
