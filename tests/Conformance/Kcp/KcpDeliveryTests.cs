using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>What the layer above sees, above all where a peer breaks the rules.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class KcpDeliveryTests
{
    private const int ReceiveWindow = 8;

    private readonly PacketPool _pool = new(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
    private readonly PacketCollector _output = new(1400);
    private readonly byte[] _buffer = new byte[65536];

    [Test]
    public void Empty_segment_is_acknowledged_and_consumed_without_a_message()
    {
        KcpSession session = NewSession();
        Input(session, Segments.Push(0, []));
        session.PeekLength().ShouldBe(0);
        session.ReceiveNext.ShouldBe(1u);
        session.ReceiveQueueCount.ShouldBe(0);
        session.Flush(0, _output);
        Segments.Parse(_output.Take().ShouldHaveSingleItem()).ShouldHaveSingleItem().SequenceNumber.ShouldBe(0u);
        Input(session, Segments.Push(1, [42]));
        session.Receive(_buffer).ShouldBe(1);
        _buffer[0].ShouldBe((byte)42);
    }

    [Test]
    public void Empty_segments_behind_data_do_not_block_the_reader([Values] bool isStream)
    {
        KcpSession session = NewSession(isStream);
        Input(session, Segments.Push(3, [44]));
        Input(session, Segments.Push(2, []));
        Input(session, Segments.Push(1, []));
        Input(session, Segments.Push(0, [43]));
        session.Receive(_buffer).ShouldBe(1);
        _buffer[0].ShouldBe((byte)43);
        session.Receive(_buffer).ShouldBe(1);
        _buffer[0].ShouldBe((byte)44);
        session.Receive(_buffer).ShouldBe(0);
    }

    [Test]
    public void Endless_empty_segments_fill_nothing()
    {
        KcpSession session = NewSession();
        for (uint sn = 0; sn < 10_000; sn++)
            Input(session, Segments.Push(sn, []));
        session.ReceiveNext.ShouldBe(10_000u);
        session.ReceiveQueueCount.ShouldBe(0);
        _pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void Fragment_field_is_ignored_in_stream_mode()
    {
        KcpSession session = NewSession();
        for (uint sn = 0; sn < 20; sn++)
        {
            Input(session, Segments.Push(sn, [(byte)sn], frg: 255));
            session.Receive(_buffer).ShouldBe(1);
            _buffer[0].ShouldBe((byte)sn);
        }
    }

    [Test]
    public void Message_waits_for_all_its_fragments()
    {
        KcpSession session = NewSession(isStream: false);
        Input(session, Segments.Push(0, [1, 2], frg: 2));
        Input(session, Segments.Push(1, [3], frg: 1));
        session.PeekLength().ShouldBe(0);
        session.Receive(_buffer).ShouldBe(0);
        Input(session, Segments.Push(2, [4, 5], frg: 0));
        session.PeekLength().ShouldBe(5);
        session.Receive(_buffer).ShouldBe(5);
        _buffer[..5].ShouldBe(new byte[] { 1, 2, 3, 4, 5 });
    }

    [Test]
    public void Message_longer_than_the_window_is_delivered_in_parts()
    {
        KcpSession session = NewSession(isStream: false);
        for (uint sn = 0; sn < ReceiveWindow; sn++)
        {
            session.PeekLength().ShouldBe(0);
            Input(session, Segments.Push(sn, [(byte)sn], frg: 200));
        }

        session.Receive(_buffer).ShouldBe(ReceiveWindow);
        session.ReceiveQueueCount.ShouldBe(0);
    }

    [Test]
    public void Message_mode_cuts_and_numbers_fragments()
    {
        KcpSession session = NewSession(isStream: false);
        session.TrySend(new byte[(session.Mss * 2) + 1]).ShouldBeTrue();
        session.TrySend([1]).ShouldBeTrue();
        session.Flush(0, _output);
        _output.Take().SelectMany(Segments.Parse).Select(h => (int)h.Fragment).ShouldBe([2, 1, 0, 0]);
        Should.Throw<ArgumentException>(() => session.TrySend(new byte[(session.Mss * 255) + 1]));
    }

    [Test]
    public void Too_small_destination_leaves_the_message()
    {
        KcpSession session = NewSession();
        Input(session, Segments.Push(0, [1, 2, 3]));
        session.Receive(_buffer.AsSpan(0, 2)).ShouldBe(-1);
        session.PeekLength().ShouldBe(3);
        session.Receive(_buffer.AsSpan(0, 3)).ShouldBe(3);
    }

    [Test]
    public void Empty_write_queues_nothing()
    {
        KcpSession session = NewSession();
        session.TrySend([]).ShouldBeTrue();
        session.WaitSend.ShouldBe(0);
    }

    [Test]
    public void Old_dialect_also_stops_at_the_peers_window()
    {
        foreach (KcpDialect dialect in Enum.GetValues<KcpDialect>())
        {
            KcpSession session = NewSession(dialect: dialect);
            Input(session, Segments.Tell(0, 2));
            session.TrySend(new byte[session.Mss * 2]).ShouldBeTrue();
            session.CanSend.ShouldBe(dialect == KcpDialect.Release2026);
        }
    }

    private KcpSession NewSession(bool isStream = true, KcpDialect dialect = default) => new(
        new KcpOptions
        {
            Conversation = Segments.Conversation,
            ReceiveWindow = ReceiveWindow,
            StreamMode = isStream,
            CongestionControl = false,
            Dialect = dialect,
        },
        _pool,
        new SnmpCounters());

    private void Input(KcpSession session, byte[] packet) =>
        session.Input(packet, true, false, 0, _output).ShouldBe(KcpInputResult.Ok);
}
