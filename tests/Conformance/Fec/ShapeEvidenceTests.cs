using KcpTun.Fec;

namespace KcpTun.Conformance.Fec;

public sealed class ShapeEvidenceTests
{
    private const int MaxShards = ReedSolomon.MaxShards;

    [Test]
    public void Judgement_is_that_of_trying_every_shape()
    {
        int unanimous = 0, conclusive = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            int data = 1 + random.Next(12), parity = 1 + random.Next(8), shards = data + parity;
            var evidence = new ShapeEvidence();
            List<(int Data, int Shards)> possible = AllShapes();
            uint first = random.Next(3) == 0 ? (uint)(shards * random.Next(1000)) : 0;
            for (int i = 0; i < 40; i++)
            {
                uint sequence = first + (uint)random.Next(5 * shards);
                bool isData = sequence % shards < data;
                evidence.Observe(isData, sequence);
                possible.RemoveAll(other => sequence % other.Shards < other.Data != isData);
                evidence.IsConclusive.ShouldBe(possible.Count == 1, $"seed {seed}, step {i}");
                conclusive += evidence.IsConclusive ? 1 : 0;
                uint start = first + (uint)(shards * random.Next(3));
                int extent = 1 + random.Next(shards);
                bool expected = possible.TrueForAll(other =>
                    other.Data == data && start % other.Shards == 0 && extent <= other.Shards);
                evidence.IsUnanimous(data, start, extent).ShouldBe(expected, $"seed {seed}, step {i}");
                unanimous += expected && !evidence.IsConclusive ? 1 : 0;
            }
        }

        unanimous.ShouldBeGreaterThan(50);
        conclusive.ShouldBeGreaterThan(1000);
    }

    [Test]
    public void A_stream_without_loss_is_conclusive_one_packet_after_its_first_group()
    {
        foreach ((int data, int parity) in new[] { (1, 1), (1, 5), (10, 3), (70, 30), (128, 128) })
        {
            var evidence = new ShapeEvidence();
            uint sequence = 0;
            for (; !evidence.IsConclusive; sequence++)
                evidence.Observe(sequence % (data + parity) < data, sequence);
            // Nothing is larger than the largest size, so it needs no packet that says so.
            sequence.ShouldBe((uint)Math.Min(data + parity + 1, MaxShards), $"{data}+{parity}");
        }
    }

    [TestCase(0u, 0u, Description = "rules nothing out")]
    [TestCase(1u, 0u, Description = "ids in order")]
    [TestCase(510510u, 0u, Description = "multiples of many sizes")]
    [TestCase(0xFFFF_FFFFu, 0xFFFF_FFFFu, Description = "backwards across the wrap")]
    public void Work_is_bounded_whatever_the_peer_sends(uint step, uint first)
    {
        var evidence = new ShapeEvidence();
        long work = 0;
        uint sequence = first;
        for (int i = 0; i < 4 * ShapeEvidence.TrialLength; i++)
        {
            work += evidence.IsConclusive ? 0 : evidence.CandidateCount;
            evidence.Observe(isData: true, sequence);
            sequence = unchecked(sequence + step);
        }

        evidence.IsConclusive.ShouldBeTrue();
        work.ShouldBeLessThanOrEqualTo(ShapeEvidence.TrialLength * (MaxShards - 1));
    }

    private static List<(int Data, int Shards)> AllShapes()
    {
        List<(int, int)> shapes = [];
        for (int shards = 2; shards <= MaxShards; shards++)
        {
            for (int data = 1; data < shards; data++)
                shapes.Add((data, shards));
        }

        return shapes;
    }
}
