using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Json;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FecDecoderTests
{
    private const string TwoGroups = "10+3, two groups and a partial one";

    private readonly SnmpCounters _counters = new();
    private PacketPool _pool = FecVectors.NewPool();

    private static IEnumerable<TestCaseData> GoldenTraces => FecVectors.Named("decoders");

    [TestCaseSource(nameof(GoldenTraces))]
    public void Trace_is_that_of_the_reference(JsonElement golden)
    {
        byte[][] stream = FecVectors.Packets(golden.GetProperty("stream").GetString()!);
        FecDecoder decoder = NewDecoder(
            golden.GetProperty("data_shards").GetInt32(), golden.GetProperty("parity_shards").GetInt32());
        int number = 0;
        foreach (JsonElement step in golden.GetProperty("steps").EnumerateArray())
        {
            string at = $"step {number++}";
            List<byte[]> expected = [];
            if (step.TryGetProperty("recovered", out JsonElement regions))
                expected.AddRange(regions.EnumerateArray().Select(region => Payload(region.GetBytesFromBase64())));
            decoder.Decode(stream[step.GetProperty("in").GetInt32()]).ShouldBe(expected.Count, at);
            decoder.RecoveredPackets().ShouldBe(expected, at);
            decoder.DataShards.ShouldBe(step.GetProperty("ds").GetInt32(), at);
            decoder.ParityShards.ShouldBe(step.GetProperty("ps").GetInt32(), at);
            decoder.IsTuning.ShouldBe(step.GetProperty("tune").GetBoolean(), at);
        }

        decoder.Release();
        _pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void Groups_without_loss_are_counted_as_full_sets()
    {
        FecDecoder decoder = NewDecoder(10, 3);
        foreach (byte[] packet in FecVectors.Packets(TwoGroups))
            decoder.Decode(packet).ShouldBe(0);
        _counters.FecFullShardSet.ShouldBe(2);
        _counters.FecParityShards.ShouldBe(6);
        _counters.FecShardSet.ShouldBe(3);
        _counters.FecShardMin.ShouldBe(2);
        _counters.FecRecovered.ShouldBe(0);
        _counters.FecErrs.ShouldBe(0);
    }

    [Test]
    public void Recovered_packets_and_only_accepted_parity_are_counted()
    {
        FecDecoder decoder = NewDecoder(10, 3);
        byte[][] stream = FecVectors.Packets(TwoGroups);
        foreach (int index in (int[])[0, 1, 2, 3, 4, 5, 6, 10, 10, 11, 12])
            decoder.Decode(stream[index]);
        decoder.RecoveredCount.ShouldBe(3);
        _counters.FecRecovered.ShouldBe(3);
        _counters.FecParityShards.ShouldBe(3, "the repeated one does not count");
        _counters.FecFullShardSet.ShouldBe(0);
        _counters.FecShardSet.ShouldBe(1);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(35)]
    [TestCase(65535)]
    public void Recovered_packet_with_an_impossible_size_is_dropped_and_counted(int size)
    {
        FecDecoder decoder = NewDecoder(1, 1);
        decoder.Decode(ForgedParity(size, 40)).ShouldBe(0);
        _counters.FecRecovered.ShouldBe(1);
        _counters.FecErrs.ShouldBe(1);
    }

    [TestCase(2)]
    [TestCase(34)]
    public void Recovered_packet_ends_where_its_size_says(int size)
    {
        FecDecoder decoder = NewDecoder(1, 1);
        decoder.Decode(ForgedParity(size, 40)).ShouldBe(1);
        decoder.Recovered(0).Length.ShouldBe(size - 2);
        _counters.FecErrs.ShouldBe(0);
        Should.Throw<ArgumentOutOfRangeException>(() => _ = decoder.Recovered(1).Length);
    }

    [Test]
    public void Size_is_held_against_the_packets_it_was_rebuilt_from_and_not_against_earlier_ones()
    {
        FecDecoder decoder = NewDecoder(1, 1);
        decoder.Decode(FecVectors.Packet(0, FecHeader.DataType, 100));
        decoder.Decode(ForgedParity(50, 40)).ShouldBe(0);
        _counters.FecErrs.ShouldBe(1);
    }

    [Test]
    public void Nothing_is_left_over_from_the_call_before()
    {
        FecDecoder decoder = NewDecoder(1, 1);
        decoder.Decode(ForgedParity(34, 40)).ShouldBe(1);
        decoder.Decode([]).ShouldBe(0);
        decoder.RecoveredCount.ShouldBe(0);
    }

    [TestCase(FecHeader.OutOfBandType, 40)]
    [TestCase(0x51, 40)]
    [TestCase(FecHeader.DataType, 7)]
    [TestCase(FecHeader.ParityType, FecHeader.MaxPacketLength + 1)]
    public void Other_packets_are_refused_and_counted(int type, int length)
    {
        FecDecoder decoder = NewDecoder(2, 1);
        decoder.Decode(FecVectors.Packet(0, (ushort)type, length)).ShouldBe(0);
        _counters.FecErrs.ShouldBe(1);
        _counters.FecShardSet.ShouldBe(0);
        _pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void Packets_from_beyond_the_last_group_are_not_collected()
    {
        FecDecoder decoder = NewDecoder(10, 3);
        decoder.Decode(FecVectors.Packet(FecHeader.SequenceLimit(13), FecHeader.ParityType));
        decoder.Decode(FecVectors.Packet(uint.MaxValue, FecHeader.ParityType));
        decoder.IsTuning.ShouldBeFalse();
        _pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void A_group_is_given_up_when_the_newest_is_more_than_three_ahead()
    {
        FecDecoder decoder = NewDecoder(2, 1);
        decoder.Decode(FecVectors.Packet(0, FecHeader.DataType));
        decoder.Decode(FecVectors.Packet(9, FecHeader.DataType));
        _counters.FecShardSet.ShouldBe(2);
        decoder.Decode(FecVectors.Packet(12, FecHeader.DataType));
        _counters.FecShardSet.ShouldBe(2);
        _counters.FecShardMin.ShouldBe(4);
        decoder.Decode(FecVectors.Packet(2, FecHeader.ParityType)).ShouldBe(0);
        _counters.FecParityShards.ShouldBe(1, "a packet that comes too late is still counted");
        _pool.Outstanding.ShouldBe(2);
    }

    [Test]
    public void A_packet_that_alone_completes_its_group_is_used_however_old()
    {
        FecDecoder decoder = NewDecoder(1, 1);
        byte[] old = ForgedParity(34, 40);
        decoder.Decode(FecVectors.Packet(1000, FecHeader.DataType));
        decoder.Decode(old).ShouldBe(1);
        _counters.FecShardSet.ShouldBe(1);
    }

    [Test]
    public void Newest_group_keeps_its_number_when_the_shape_changes()
    {
        FecDecoder decoder = NewDecoder(1, 1);
        decoder.Decode(FecVectors.Packet(200, FecHeader.DataType));
        uint sequence = 205;
        for (; decoder.DataShards != 4 && sequence < 600; sequence++)
            decoder.Decode(FecVectors.Packet(sequence, TypeOf(sequence)));
        sequence.ShouldBe(205u + ShardPeriodDetector.WindowSize, "the gap after 200 had to leave the window");
        long lastForgotten = -1;
        long firstRecovered = -1;
        for (; sequence < 700; sequence++)
        {
            if (sequence % 6 == 1)
                continue;
            decoder.Decode(FecVectors.Packet(sequence, TypeOf(sequence)));
            if (_counters.FecShardSet == 0)
                lastForgotten = sequence;
            if (_counters.FecRecovered > 0 && firstRecovered < 0)
                firstRecovered = sequence;
        }

        // The newest group was 100 of two packets and now stands for 100 of six, which the peer has yet to reach.
        lastForgotten.ShouldBe(((100 - FecDecoder.GroupsKeptBehindNewest) * 6) - 1);
        firstRecovered.ShouldBe(((100 - FecDecoder.GroupsKeptBehindNewest) * 6) + 4);

        static ushort TypeOf(uint sequence) => sequence % 6 < 4 ? FecHeader.DataType : FecHeader.ParityType;
    }

    [Test]
    public void A_shape_that_proves_right_keeps_what_was_collected()
    {
        FecDecoder decoder = NewDecoder(2, 1);
        for (uint sequence = 0; sequence < 7; sequence++)
            decoder.Decode(FecVectors.Packet(sequence, sequence % 3 < 2 ? FecHeader.DataType : FecHeader.ParityType));
        decoder.Decode(FecVectors.Packet(7, FecHeader.ParityType)).ShouldBe(0);
        decoder.IsTuning.ShouldBeFalse("the misfit led to the same shape");
        decoder.Decode(FecVectors.Packet(8, FecHeader.ParityType));
        _counters.FecRecovered.ShouldBe(1);
    }

    [TestCase(128, 127, true)]
    [TestCase(128, 128, false)]
    public void Only_shapes_below_256_shards_are_adopted(int dataShards, int parityShards, bool isAdopted)
    {
        FecDecoder decoder = NewDecoder(1, 1);
        uint shards = (uint)(dataShards + parityShards);
        for (uint sequence = 0; sequence < 3 * shards; sequence++)
        {
            bool isData = sequence % shards < dataShards;
            decoder.Decode(FecVectors.Packet(sequence, isData ? FecHeader.DataType : FecHeader.ParityType));
        }

        decoder.IsTuning.ShouldBe(!isAdopted);
        decoder.DataShards.ShouldBe(isAdopted ? dataShards : 1);
    }

    [Test]
    public void A_group_half_the_number_space_ahead_is_not_kept()
    {
        FecDecoder decoder = NewDecoder(2, 2);
        for (uint i = 0; i < 50; i++)
        {
            decoder.Decode(FecVectors.Packet(i * 4, FecHeader.DataType));
            decoder.Decode(FecVectors.Packet(0x8000_0000u + (i * 4), FecHeader.DataType));
        }

        _counters.FecShardMin.ShouldBe(49);
        _counters.FecShardSet.ShouldBe(4);
        _pool.Outstanding.ShouldBe(4);
    }

    [Test]
    public void Packets_that_find_no_memory_are_dropped_and_counted()
    {
        _pool = FecVectors.NewPool(PacketPool.SlotSize * PacketPool.SlotsPerSlab);
        for (int i = 0; i < PacketPool.SlotsPerSlab - 9; i++)
            _pool.TryRent(out _).ShouldBeTrue();
        FecDecoder decoder = NewDecoder(10, 3);
        byte[][] stream = FecVectors.Packets(TwoGroups);
        for (int i = 0; i < 13; i++)
            decoder.Decode(stream[i]).ShouldBe(0);
        _counters.FecErrs.ShouldBe(4);
        decoder.Release();
        for (int i = 13; i < 26; i++)
            decoder.Decode(stream[i]).ShouldBe(0);
        _counters.FecErrs.ShouldBe(8);
    }

    [Test]
    public void Release_gives_everything_back_and_the_decoder_goes_on()
    {
        FecDecoder decoder = NewDecoder(2, 1);
        byte[][] stream = FecVectors.Packets("2+1");
        decoder.Decode(stream[0]);
        decoder.Decode(stream[2]).ShouldBe(1);
        decoder.Decode(stream[3]);
        _pool.Outstanding.ShouldBe(1);
        decoder.Release();
        _pool.Outstanding.ShouldBe(0);
        decoder.RecoveredCount.ShouldBe(0);
        decoder.Decode(stream[7]);
        decoder.Decode(stream[8]).ShouldBe(1);
    }

    /// <summary>A forgotten reference to one slot keeps a slab: after a load there were twenty of them.</summary>
    [Test]
    public void What_is_released_and_trimmed_is_left_to_the_collector()
    {
        FecDecoder decoder = NewDecoder(10, 3);
        WeakReference slab = Fill(decoder);
        decoder.Release();
        _pool.Trim();
        GC.Collect();
        slab.IsAlive.ShouldBeFalse();
        GC.KeepAlive(decoder);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Fill(FecDecoder decoder)
    {
        foreach (byte[] packet in FecVectors.Packets(TwoGroups))
            decoder.Decode(packet);
        _pool.TryRent(out PacketSlot slot).ShouldBeTrue();
        _pool.Return(slot);
        return new WeakReference(slot.Slab);
    }

    [TestCase(0, 1)]
    [TestCase(1, 0)]
    [TestCase(200, 57)]
    public void Impossible_shapes_are_refused(int dataShards, int parityShards) =>
        Should.Throw<ArgumentOutOfRangeException>(() => NewDecoder(dataShards, parityShards));

    private static byte[] Payload(byte[] region) => region[2..BinaryPrimitives.ReadUInt16LittleEndian(region)];

    /// <summary>With one data shard the parity is the data, so this recovers to a region of any size field.</summary>
    private static byte[] ForgedParity(int size, int length)
    {
        byte[] packet = FecVectors.Packet(1, FecHeader.ParityType, length);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(6), (ushort)size);
        return packet;
    }

    /// <summary>It trusts its shape as the reference does; FecTrustTests has the decoder that does not.</summary>
    private FecDecoder NewDecoder(int dataShards, int parityShards) =>
        new(dataShards, parityShards, _counters, _pool, FecTrust.Blind);
}
