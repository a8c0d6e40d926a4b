using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Link;

/// <summary>The token bucket in front of the socket.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PacketPacerTests
{
    private const int BytesPerSecond = 1000;

    private readonly PacketPool _pool = new(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
    private readonly Sink _sink = new();
    private PacketPacer _pacer = null!;

    [SetUp]
    public void StartEmpty()
    {
        _pacer = new PacketPacer(BytesPerSecond, _pool);
        for (int burst = PacketPacer.BurstBytes; burst > 0; burst -= 1000)
            Put(Math.Min(burst, 1000), 0);
        Pump(0);
        _sink.Lengths.Sum().ShouldBe(PacketPacer.BurstBytes);
        _sink.Lengths.Clear();
    }

    [Test]
    public void Beyond_the_burst_a_datagram_waits_until_its_bytes_are_earned()
    {
        _pacer.NextDeadline.ShouldBe(Instant.Never);
        Put(500, 7);
        Pump(499);
        _sink.Lengths.ShouldBeEmpty();
        _pacer.HoldsBack.ShouldBeTrue();
        _pacer.NextDeadline.ShouldBe(Instant.FromMilliseconds(500));
        Pump(500);
        _sink.Lengths.ShouldBe([500]);
        _sink.FirstBytes.Last().ShouldBe((byte)7);
        _pacer.HoldsBack.ShouldBeFalse();
    }

    [Test]
    public void Datagrams_keep_their_order_and_leave_one_by_one()
    {
        Put(200, 1);
        Put(100, 2);
        Pump(150);
        _sink.Lengths.ShouldBeEmpty("a small datagram does not overtake a large one");
        Pump(250);
        _sink.Lengths.ShouldBe([200]);
        Pump(300);
        _sink.Lengths.ShouldBe([200, 100]);
    }

    [Test]
    public void No_more_than_a_burst_is_saved_up()
    {
        for (int i = 0; i <= PacketPacer.BurstBytes / 1000; i++)
            Put(1000, 0);
        Pump(1_000_000_000);
        _sink.Lengths.Count.ShouldBe(PacketPacer.BurstBytes / 1000);
        _pacer.HoldsBack.ShouldBeTrue();
    }

    [Test]
    public void Without_memory_a_datagram_is_lost_and_counted()
    {
        var budget = new MemoryBudget(0);
        var pacer = new PacketPacer(BytesPerSecond, new PacketPool(budget));
        pacer.Reserve().Length.ShouldBeGreaterThanOrEqualTo(1500);
        pacer.Commit(100);
        pacer.Refused.ShouldBe(1);
        pacer.HoldsBack.ShouldBeFalse();
        pacer.Release();
    }

    [Test]
    public void What_waits_and_what_is_reserved_goes_back_to_the_pool()
    {
        Put(500, 0);
        Put(500, 0);
        _pacer.Reserve();
        _pool.Outstanding.ShouldBe(3);
        _pacer.Release();
        _pool.Outstanding.ShouldBe(0);
        _pacer.Release();
        _pool.Outstanding.ShouldBe(0);
    }

    private void Put(int length, byte first)
    {
        _pacer.Reserve()[0] = first;
        _pacer.Commit(length);
    }

    private void Pump(long milliseconds) =>
        _pacer.Pump(Instant.FromMilliseconds(milliseconds), _sink, default);

    private sealed class Sink : IPacketSink
    {
        private readonly byte[] _slot = new byte[1536];

        public List<int> Lengths { get; } = [];

        public List<byte> FirstBytes { get; } = [];

        public Span<byte> Reserve() => _slot;

        public void Commit(int length, in PeerAddress peer)
        {
            Lengths.Add(length);
            FirstBytes.Add(_slot[0]);
        }
    }
}
