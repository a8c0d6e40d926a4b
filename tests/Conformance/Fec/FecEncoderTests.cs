using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

public sealed class FecEncoderTests
{
    private static IEnumerable<TestCaseData> GoldenStreams => FecVectors.Named("encoders");

    [TestCaseSource(nameof(GoldenStreams))]
    public void Stream_is_that_of_the_reference(JsonElement golden)
    {
        byte[][] packets = FecVectors.Packets(golden);
        uint first = golden.TryGetProperty("initial_next", out JsonElement next) ? next.GetUInt32() : 0;
        int dataShards = golden.GetProperty("data_shards").GetInt32();
        int parityShards = golden.GetProperty("parity_shards").GetInt32();
        FecHeader.SequenceLimit(dataShards + parityShards).ShouldBe(golden.GetProperty("paws").GetUInt32());
        var encoder = new FecEncoder(dataShards, parityShards, FecVectors.MaxPacketLength, firstSequence: first);
        foreach (JsonElement step in golden.GetProperty("steps").EnumerateArray())
        {
            byte[] payload = Vectors.Lcg(
                step.GetProperty("payload_seed").GetUInt32(), step.GetProperty("payload_len").GetInt32());
            Instant now = Instant.FromMilliseconds(FecVectors.WallStart + step.GetProperty("t").GetInt64());
            List<byte[]> wire = encoder.Send(payload, now);
            wire.ShouldBe(step.GetProperty("out").EnumerateArray().Select(index => packets[index.GetInt32()]));
            encoder.NextSequence.ShouldBe(step.GetProperty("next").GetUInt32());
        }
    }

    [TestCase(499, 2)]
    [TestCase(500, 0)]
    public void Parity_is_skipped_from_a_gap_of_500_ms_before_the_last_packet(long gap, int parity)
    {
        var encoder = new FecEncoder(2, 2, FecVectors.MaxPacketLength);
        encoder.Send(new byte[30], Instant.FromMilliseconds(7)).Count.ShouldBe(1);
        encoder.Send(new byte[30], Instant.FromMilliseconds(7 + gap)).Count.ShouldBe(1 + parity);
        encoder.NextSequence.ShouldBe(4u, "the numbers are spent either way");
    }

    [Test]
    public void Gap_is_measured_between_whole_milliseconds()
    {
        var encoder = new FecEncoder(2, 2, FecVectors.MaxPacketLength);
        encoder.Send(new byte[30], new Instant(7_900)).Count.ShouldBe(1);
        encoder.Send(new byte[30], new Instant(507_100)).Count.ShouldBe(1);
    }

    [Test]
    public void First_packet_has_no_predecessor_even_on_a_clock_that_starts_at_zero()
    {
        var encoder = new FecEncoder(1, 1, FecVectors.MaxPacketLength);
        encoder.Send(new byte[30], Instant.Zero).Count.ShouldBe(1);
        encoder.Send(new byte[30], Instant.Zero).Count.ShouldBe(2);
    }

    [Test]
    public void Older_release_sends_parity_after_any_gap()
    {
        var encoder = new FecEncoder(1, 2, FecVectors.MaxPacketLength, FecDialect.Release2021);
        encoder.Send(new byte[30], Instant.Zero).Count.ShouldBe(3);
        encoder.Send(new byte[30], Instant.FromMilliseconds(100_000)).Count.ShouldBe(3);
    }

    [Test]
    public void Parity_of_a_group_owes_nothing_to_longer_packets_of_the_group_before()
    {
        var encoder = new FecEncoder(2, 1, FecVectors.MaxPacketLength);
        encoder.Send(Vectors.Lcg(1, 900), Instant.Zero);
        encoder.Send(Vectors.Lcg(2, 1300), Instant.Zero);
        var fresh = new FecEncoder(2, 1, FecVectors.MaxPacketLength, firstSequence: 3);
        foreach (int length in (int[])[20, 50, 1000, 3])
        {
            List<byte[]> expected = fresh.Send(Vectors.Lcg(3, length), Instant.Zero);
            encoder.Send(Vectors.Lcg(3, length), Instant.Zero).ShouldBe(expected);
        }
    }

    [Test]
    public void Longest_packet_gives_the_longest_parity()
    {
        var encoder = new FecEncoder(2, 3, FecHeader.MaxPacketLength);
        encoder.Encode(new byte[FecHeader.MaxPacketLength], Instant.Zero).ShouldBe(0);
        encoder.Encode(new byte[FecHeader.Length], Instant.Zero).ShouldBe(3);
        encoder.WriteParity(2, new byte[FecHeader.MaxPacketLength]).ShouldBe(FecHeader.MaxPacketLength);
    }

    [Test]
    public void Only_parity_that_is_due_can_be_written()
    {
        var encoder = new FecEncoder(2, 1, FecVectors.MaxPacketLength);
        byte[] room = new byte[FecVectors.MaxPacketLength];
        encoder.Encode(new byte[40], Instant.Zero);
        Should.Throw<ArgumentOutOfRangeException>(() => encoder.WriteParity(0, room));
        encoder.Encode(new byte[40], Instant.Zero).ShouldBe(1);
        encoder.WriteParity(0, room).ShouldBe(40);
        Should.Throw<ArgumentOutOfRangeException>(() => encoder.WriteParity(1, room));
        encoder.Encode(new byte[40], Instant.Zero);
        Should.Throw<ArgumentOutOfRangeException>(() => encoder.WriteParity(0, room));
    }

    [Test]
    public void Packets_of_impossible_length_are_refused()
    {
        var encoder = new FecEncoder(2, 1, 100);
        Should.Throw<ArgumentOutOfRangeException>(() => encoder.Encode(new byte[7], Instant.Zero));
        Should.Throw<ArgumentOutOfRangeException>(() => encoder.Encode(new byte[101], Instant.Zero));
        encoder.NextSequence.ShouldBe(0u);
    }

    [TestCase(200, 57, 1400, 0u)]
    [TestCase(0, 1, 1400, 0u)]
    [TestCase(1, 0, 1400, 0u)]
    [TestCase(10, 3, 7, 0u)]
    [TestCase(10, 3, 1501, 0u)]
    [TestCase(10, 3, 1400, 5u)]
    [TestCase(10, 3, 1400, 4294967287u)]
    public void Impossible_settings_are_refused(int dataShards, int parityShards, int maxLength, uint first) =>
        Should.Throw<ArgumentOutOfRangeException>(
            () => new FecEncoder(dataShards, parityShards, maxLength, firstSequence: first));

    [Test]
    public void Encoding_allocates_nothing()
    {
        var encoder = new FecEncoder(10, 3, FecVectors.MaxPacketLength);
        byte[] packet = new byte[1350];
        byte[] parity = new byte[FecVectors.MaxPacketLength];
        Cycle();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Cycle()
        {
            for (int i = 0; i < 100; i++)
            {
                int due = encoder.Encode(packet, Instant.Zero);
                for (int k = 0; k < due; k++)
                    encoder.WriteParity(k, parity);
            }
        }
    }
}
