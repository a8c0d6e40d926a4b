using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

/// <summary>A search for pairs of settings and lines on which a decoder makes up packets that nobody sent.</summary>
public sealed class FecShapeSearchTests
{
    private const int MaxShards = ReedSolomon.MaxShards;

    [Test]
    public void Whatever_is_recovered_was_sent()
    {
        int equal = 0, different = 0, unconfigured = 0;
        for (int seed = 0; seed < 6000; seed++)
        {
            Case found = Run(seed, FecTrust.Evidence, largest: 24);
            found.Invented.ShouldBe(0, $"seed {seed}: {found}");
            if (found.Local is null)
                unconfigured += found.Recovered;
            else if (found.Local == found.Peer)
                equal += found.Recovered;
            else
                different += found.Recovered;
        }

        equal.ShouldBeGreaterThan(20_000);
        different.ShouldBeGreaterThan(100, "learned from the packets");
        unconfigured.ShouldBeGreaterThan(100, "learned from the packets");
    }

    [Test]
    public void Whatever_is_recovered_in_large_groups_was_sent()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            Case found = Run(seed, FecTrust.Evidence, MaxShards);
            found.Invented.ShouldBe(0, $"seed {seed}: {found}");
        }
    }

    /// <summary>Only one packet in 256 tells these shapes apart, and it is often lost twice in a row.</summary>
    [Test]
    public void A_shape_that_differs_in_one_position_of_a_large_group_is_not_taken_for_the_true_one()
    {
        var peer = new Shape(127, 129);
        (List<byte[]> sent, List<byte[]> wire) = FecStreams.Create(peer.Data, peer.Parity, groups: 6);
        for (int seed = 0; seed < 40; seed++)
        {
            Case found = Run(new Shape(128, 128), peer, sent, wire, new Random(seed), 40, 0, FecTrust.Evidence);
            found.Invented.ShouldBe(0, $"seed {seed}: {found}");
        }
    }

    [Test]
    public void The_search_finds_that_blind_trust_invents_packets()
    {
        int cases = 0;
        for (int seed = 0; seed < 1000; seed++)
            cases += Run(seed, FecTrust.Blind, largest: 24).Invented > 0 ? 1 : 0;
        cases.ShouldBeGreaterThan(20);
    }

    private static Case Run(int seed, FecTrust trust, int largest)
    {
        var random = new Random(seed);
        Shape peer = Draw(random, largest);
        Shape? local = random.Next(6) switch
        {
            0 => null,
            1 => peer,
            2 => new Shape(peer.Data + random.Next(-1, 2), peer.Parity + random.Next(-1, 2)),
            3 => new Shape(peer.Data, 1 + random.Next(2 * peer.Parity)),
            4 => new Shape(peer.Data * random.Next(1, 4), peer.Parity * random.Next(1, 4)),
            _ => Draw(random, largest),
        };
        if (local is { IsPossible: false })
            local = Draw(random, largest);
        int groups = 2 + (random.Next(400) / peer.Shards);
        (List<byte[]> sent, List<byte[]> wire) =
            FecStreams.Create(peer.Data, peer.Parity, groups, random.Next(2) * random.Next(50));
        wire = wire[random.Next(2 * peer.Shards)..];
        int lossPercent = random.Next(3) == 0 ? 0 : random.Next(61);
        int reordering = random.Next(3) switch { 0 => 0, 1 => random.Next(10), _ => random.Next(3 * peer.Shards) };
        return Run(local, peer, sent, wire, random, lossPercent, reordering, trust);
    }

    private static Case Run(
        Shape? local,
        Shape peer,
        List<byte[]> sent,
        List<byte[]> wire,
        Random random,
        int lossPercent,
        int reordering,
        FecTrust trust)
    {
        var result = new Case(local, peer, lossPercent, reordering);
        PacketPool pool = FecVectors.NewPool();
        FecDecoder decoder = local is { } shape
            ? new FecDecoder(shape.Data, shape.Parity, new SnmpCounters(), pool, trust)
            : trust == FecTrust.Blind
                ? new FecDecoder(1, 1, new SnmpCounters(), pool, trust)
                : new FecDecoder(new SnmpCounters(), pool);
        HashSet<string> known = [.. sent.Select(Convert.ToHexString)];
        int[] arrivals = [.. Enumerable.Range(0, wire.Count).Where(_ => random.Next(100) >= lossPercent)];
        foreach (int index in arrivals.OrderBy(index => index + random.Next(reordering + 1)))
        {
            int copies = random.Next(50) == 0 ? 2 : 1;
            for (int copy = 0; copy < copies; copy++)
            {
                decoder.Decode(wire[index]);
                foreach (byte[] packet in decoder.RecoveredPackets())
                {
                    result.Recovered++;
                    result.Invented += known.Contains(Convert.ToHexString(packet)) ? 0 : 1;
                }
            }
        }

        decoder.Release();
        pool.Outstanding.ShouldBe(0);
        return result;
    }

    private static Shape Draw(Random random, int largest)
    {
        int shards = 2 + random.Next(random.Next(2) == 0 ? 6 : largest - 1);
        int data = 1 + random.Next(shards - 1);
        return new Shape(data, shards - data);
    }

    private readonly record struct Shape(int Data, int Parity)
    {
        public int Shards => Data + Parity;

        public bool IsPossible => Data > 0 && Parity > 0 && Shards <= MaxShards;
    }

    private sealed record Case(Shape? Local, Shape Peer, int LossPercent, int Reordering)
    {
        public int Recovered { get; set; }

        public int Invented { get; set; }
    }
}
