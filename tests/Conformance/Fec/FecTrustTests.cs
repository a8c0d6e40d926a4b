using KcpTun.Conformance.Support;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

/// <summary>A decoder that recovers by a wrong shape makes up packets that pass for segments (PROTOCOL b.4).</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FecTrustTests
{
    private readonly SnmpCounters _counters = new();
    private readonly PacketPool _pool = FecVectors.NewPool();

    [Test]
    public void Without_configuration_a_parity_packet_that_comes_first_is_not_taken_for_data()
    {
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(10, 3, groups: 4);
        FecDecoder blind = NewDecoder(1, 1, FecTrust.Blind);
        blind.Decode(wire[11]).ShouldBe(1, "the trap: odd, so parity of a group of 1+1, and with D = 1 parity is data");
        blind.Recovered(0)[..FecStreams.CommonLength].ToArray().ShouldBe(sent[0][..FecStreams.CommonLength]);
        sent.ShouldNotContain(blind.Recovered(0).ToArray(), "a packet nobody sent, with the head of one that was");

        var decoder = new FecDecoder(_counters, _pool);
        decoder.IsTuning.ShouldBeTrue();
        decoder.IsConfirmed.ShouldBeFalse();
        for (int i = 11; i <= 26; i++)
            decoder.Decode(wire[i]).ShouldBe(0, $"{i}");
        (decoder.DataShards, decoder.ParityShards, decoder.IsConfirmed).ShouldBe((10, 3, true));
    }

    [Test]
    public void A_group_of_the_wrong_shape_is_not_recovered_before_a_packet_contradicts_it()
    {
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(20, 10, groups: 1);
        FecDecoder blind = NewDecoder(2, 1, FecTrust.Blind);
        blind.Decode(wire[18]).ShouldBe(0);
        blind.Decode(wire[20]).ShouldBe(1, "the trap: to 2+1 these are a data and the parity packet of one group");
        sent.ShouldNotContain(blind.Recovered(0).ToArray());

        FecDecoder decoder = NewDecoder(2, 1);
        decoder.Decode(wire[18]).ShouldBe(0);
        decoder.Decode(wire[20]).ShouldBe(0);
        decoder.IsTuning.ShouldBeFalse();
        decoder.Decode(wire[17]).ShouldBe(0);
        decoder.IsTuning.ShouldBeTrue();
    }

    [Test]
    public void A_parity_packet_that_may_belong_to_a_later_group_is_not_used()
    {
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(2, 1, groups: 2);
        FecDecoder decoder = NewDecoder(2, 4);
        decoder.Decode(wire[1]).ShouldBe(0);
        decoder.Decode(wire[2]).ShouldBe(1, "D is 2 by any shape that fits");
        decoder.RecoveredPackets().ShouldBe([sent[0]]);
        decoder.Decode(wire[0]).ShouldBe(0);
        decoder.Decode(wire[5]).ShouldBe(0, "to 2+4 this is parity of the same group, which is empty but for 0 again");
    }

    [Test]
    public void Equal_shapes_recover_from_the_first_group_on()
    {
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(10, 3, groups: 2);
        int patterns = 0, atOnce = 0;
        for (int lost = 1; lost < 1 << 9; lost++)
        {
            int count = int.PopCount(lost);
            if (count > 3)
                continue;
            FecDecoder decoder = NewDecoder(10, 3);
            List<byte[]> recovered = [];
            for (int i = 0; i < wire.Count && recovered.Count == 0; i++)
            {
                if (i >= 9 || (lost >> i & 1) == 0)
                    decoder.Decode(wire[i]);
                recovered.AddRange(decoder.RecoveredPackets());
                atOnce += recovered.Count > 0 && i == 9 + count ? 1 : 0;
            }

            patterns++;
            recovered.ShouldBe(sent.Take(9).Where((_, i) => (lost >> i & 1) != 0), $"lost {lost:b}");
        }

        // The other one looks like a smaller shape: without 4 and 5, 10+3 up to number 11 is two groups of 4+2.
        patterns.ShouldBe(129);
        atOnce.ShouldBe(128);
    }

    [Test]
    public void A_group_that_may_begin_elsewhere_is_not_used()
    {
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(2, 2, groups: 2);
        FecDecoder decoder = NewDecoder(2, 3);
        decoder.Decode(wire[1]).ShouldBe(0);
        decoder.Decode(wire[2]).ShouldBe(1, "D is 2 by any shape that fits");
        decoder.RecoveredPackets().ShouldBe([sent[0]]);
        decoder.Decode(wire[5]).ShouldBe(0);
        decoder.Decode(wire[7]).ShouldBe(0, "to 2+3 these are the first and the third packet of one group");
        decoder.IsTuning.ShouldBeFalse();
    }

    [Test]
    public void Groups_that_had_to_wait_recover_together_when_the_evidence_arrives()
    {
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(4, 2, groups: 4);
        FecDecoder decoder = NewDecoder(4, 2);
        // Without 3 and 9 the groups might be of 3+3; packet 15 says they are not.
        foreach (int index in (int[])[0, 1, 2, 4, 5, 6, 7, 10, 11, 12, 13, 14])
            decoder.Decode(wire[index]).ShouldBe(0, $"{index}");
        decoder.IsConfirmed.ShouldBeFalse();
        decoder.Decode(wire[15]).ShouldBe(3);
        decoder.IsConfirmed.ShouldBeTrue();
        decoder.RecoveredPackets().ShouldBe([sent[3], sent[6], sent[7]], ignoreOrder: true);
        _counters.FecRecovered.ShouldBe(3);
        _counters.FecFullShardSet.ShouldBe(1);
        _pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void A_packet_that_comes_late_into_a_waiting_group_makes_it_a_full_set()
    {
        (_, List<byte[]> wire) = FecStreams.Create(4, 2, groups: 1);
        FecDecoder decoder = NewDecoder(4, 2);
        foreach (int index in (int[])[0, 1, 2, 4, 5, 3])
            decoder.Decode(wire[index]).ShouldBe(0);
        _counters.FecFullShardSet.ShouldBe(1);
        _pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void A_trial_without_contradiction_confirms()
    {
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(2, 1, groups: 1);
        FecDecoder decoder = NewDecoder(2, 1);
        decoder.Decode(wire[0]).ShouldBe(0);
        for (int i = 1; i < ShapeEvidence.TrialLength - 1; i++)
            decoder.Decode(wire[0]).ShouldBe(0);
        decoder.IsConfirmed.ShouldBeFalse();
        decoder.Decode(wire[2]).ShouldBe(1);
        decoder.RecoveredPackets().ShouldBe([sent[1]]);
        decoder.IsConfirmed.ShouldBeTrue();
    }

    [Test]
    public void Equal_shapes_are_confirmed_within_a_few_groups_at_30_percent_loss()
    {
        (_, List<byte[]> wire) = FecStreams.Create(10, 3, groups: 40);
        long total = 0;
        for (int seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            FecDecoder decoder = NewDecoder(10, 3);
            int packets = 0;
            foreach (byte[] packet in wire)
            {
                if (decoder.IsConfirmed)
                    break;
                if (random.Next(10) < 3)
                    continue;
                decoder.Decode(packet);
                packets++;
            }

            decoder.IsConfirmed.ShouldBeTrue($"seed {seed}");
            packets.ShouldBeLessThanOrEqualTo(100, $"seed {seed}");
            total += packets;
        }

        TestContext.Out.WriteLine($"{total / 1000.0} packets on average");
        (total / 1000).ShouldBeLessThan(30);
    }

    private FecDecoder NewDecoder(int dataShards, int parityShards, FecTrust trust = FecTrust.Evidence) =>
        new(dataShards, parityShards, _counters, _pool, trust);
}
