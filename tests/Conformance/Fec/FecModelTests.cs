using KcpTun.Conformance.Fec.Reference;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

/// <summary>The decoder beside a literal reference: the same packets in, the same packets out after each.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class FecModelTests
{
    [Test]
    public void Random_streams_with_loss_duplicates_and_reordering_match_the_reference([Range(0, 39)] int block)
    {
        for (int seed = block * 50; seed < (block + 1) * 50; seed++)
        {
            var dice = new Random(seed);
            (int data, int parity) = (dice.Next(1, 8), dice.Next(1, 6));
            int shards = data + parity;
            uint limit = FecHeader.SequenceLimit(shards);
            uint first = dice.Next(4) switch
            {
                0 => limit - (uint)(shards * dice.Next(1, 8)),
                1 => (uint)dice.NextInt64(limit) / (uint)shards * (uint)shards,
                _ => 0,
            };
            List<byte[]> wire = Stream(dice, data, parity, first);
            Compare(data, parity, Disturb(dice, wire, shards), $"seed {seed}, {data}+{parity} from {first}");
        }
    }

    [TestCase(1, 1)]
    [TestCase(1, 3)]
    [TestCase(2, 2)]
    [TestCase(3, 2)]
    [TestCase(4, 3)]
    [TestCase(5, 4)]
    public void Every_pattern_of_erasures_matches_the_reference(int data, int parity)
    {
        List<byte[]> wire = [.. Stream(new Random(data), data, parity, 0).Take(data + parity)];
        for (uint pattern = 0; pattern < 1u << wire.Count; pattern++)
            Compare(data, parity, wire.Where((_, i) => ((pattern >> i) & 1) != 0), $"pattern {pattern:b}");
    }

    private static void Compare(int data, int parity, IEnumerable<byte[]> packets, string name)
    {
        var counters = new SnmpCounters();
        PacketPool pool = FecVectors.NewPool();
        var decoder = new FecDecoder(data, parity, counters, pool, FecTrust.Blind);
        var reference = new ReferenceFecDecoder(data, parity);
        int step = 0;
        foreach (byte[] packet in packets)
        {
            decoder.Decode(packet);
            List<byte[]> expected = reference.Decode(packet);
            string[] actual = [.. decoder.RecoveredPackets().Select(Convert.ToHexString)];
            if (!actual.SequenceEqual(expected.Select(Convert.ToHexString)))
                actual.ShouldBe(expected.Select(Convert.ToHexString), $"{name}, packet {step}");
            step++;
        }

        (counters.FecRecovered, counters.FecFullShardSet, counters.FecParityShards, counters.FecErrs)
            .ShouldBe((reference.Recovered, reference.FullGroups, reference.Parities, 0), name);
        decoder.Release();
        pool.Outstanding.ShouldBe(0, name);
    }

    private static List<byte[]> Stream(Random dice, int data, int parity, uint first)
    {
        var encoder = new FecEncoder(data, parity, FecVectors.MaxPacketLength, FecDialect.Release2021, first);
        List<byte[]> wire = [];
        for (int i = 0; i < 14 * data; i++)
        {
            byte[] payload = new byte[dice.Next(1, 60)];
            dice.NextBytes(payload);
            wire.AddRange(encoder.Send(payload, Instant.Zero));
        }

        return wire;
    }

    /// <summary>Loses some, repeats some, and lets some arrive up to several groups late.</summary>
    private static IEnumerable<byte[]> Disturb(Random dice, List<byte[]> wire, int shards)
    {
        double loss = dice.NextDouble() * 0.5;
        double repeats = dice.NextDouble() * 0.2;
        int lateness = dice.Next(3) switch { 0 => 1, 1 => shards, _ => shards * 6 };
        return wire.SelectMany((packet, i) => Enumerable.Range(0, dice.NextDouble() < repeats ? 2 : 1)
                .Where(_ => dice.NextDouble() >= loss)
                .Select(_ => (At: i + dice.Next(lateness), Packet: packet)))
            .OrderBy(arrival => arrival.At)
            .Select(arrival => arrival.Packet)
            .ToArray();
    }
}
