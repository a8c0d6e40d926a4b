using System.Text.Json;
using KcpTun.Fec;

namespace KcpTun.Conformance.Fec;

public sealed class ShardPeriodDetectorTests
{
    private static IEnumerable<TestCaseData> GoldenCases => FecVectors.Named("autotune");

    [TestCaseSource(nameof(GoldenCases))]
    public void Periods_are_those_of_the_reference(JsonElement golden)
    {
        var detector = new ShardPeriodDetector();
        string types = golden.GetProperty("types").GetString()!;
        uint first = golden.GetProperty("first_seq").GetUInt32();
        foreach (JsonElement index in golden.GetProperty("order").EnumerateArray())
            detector.Add(types[index.GetInt32()] == 'D', unchecked(first + index.GetUInt32()));
        detector.Detect().ShouldBe(
            (golden.GetProperty("data_period").GetInt32(), golden.GetProperty("parity_period").GetInt32()));
    }

    [Test]
    public void Nothing_is_known_without_packets() => new ShardPeriodDetector().Detect().ShouldBe((-1, -1));

    [TestCase("DPPD", -1, 2, Description = "the run of data has no beginning")]
    [TestCase("PDDDP", 3, -1)]
    [TestCase("PDP", 1, -1)]
    [TestCase("DPDP", 1, 1)]
    public void Both_ends_of_a_run_must_be_seen(string types, int data, int parity)
    {
        var detector = new ShardPeriodDetector();
        for (int i = 0; i < types.Length; i++)
            detector.Add(types[i] == 'D', (uint)i);
        detector.Detect().ShouldBe((data, parity));
    }

    [Test]
    public void A_run_may_span_the_wrap()
    {
        var detector = new ShardPeriodDetector();
        for (uint i = 0; i < 6; i++)
            detector.Add("PDDDDP"[(int)i] == 'D', unchecked(uint.MaxValue - 2 + i));
        detector.Detect().ShouldBe((4, -1));
    }

    [Test]
    public void A_repetition_matters_only_before_the_end_of_the_run()
    {
        const string Types = "PDDPPD";
        for (uint repeated = 0; repeated < Types.Length; repeated++)
        {
            var detector = new ShardPeriodDetector();
            for (uint i = 0; i < Types.Length; i++)
                detector.Add(Types[(int)i] == 'D', i);
            detector.Add(Types[(int)repeated] == 'D', repeated);
            detector.Detect().Data.ShouldBe(repeated < 3 ? -1 : 2, $"repeated {repeated}");
            detector.Detect().Parity.ShouldBe(repeated < 5 ? -1 : 2, $"repeated {repeated}");
        }
    }

    [Test]
    public void A_gap_is_forgotten_after_258_packets()
    {
        var detector = new ShardPeriodDetector();
        detector.Add(true, 0);
        uint sequence = 5;
        for (int i = 0; i < ShardPeriodDetector.WindowSize - 1; i++, sequence++)
            detector.Add(sequence % 6 < 4, sequence);
        detector.Detect().ShouldBe((-1, -1));
        detector.Add(sequence % 6 < 4, sequence);
        detector.Detect().ShouldBe((4, 2));
    }

    [TestCase(127, 2)]
    [TestCase(200, 28)]
    public void A_pattern_must_fit_into_the_window(int data, int parity)
    {
        var detector = new ShardPeriodDetector();
        uint shards = (uint)(data + parity);
        int detections = 0;
        for (uint sequence = 0; sequence < 4 * shards; sequence++)
        {
            detector.Add(sequence % shards < data, sequence);
            (int foundData, int foundParity) = detector.Detect();
            foundData.ShouldBeOneOf(-1, data);
            foundParity.ShouldBeOneOf(-1, parity);
            if (foundData > 0 && foundParity > 0)
                detections++;
        }

        detections.ShouldBeGreaterThan(0);
    }

    [Test]
    public void Numbers_from_all_over_the_place_are_harmless()
    {
        var detector = new ShardPeriodDetector();
        uint state = 1;
        for (int i = 0; i < 2000; i++)
        {
            state = unchecked((state * 1664525) + 1013904223);
            detector.Add((state >> 16) % 3 != 0, (state >> 8) % 7 == 0 ? state : state % 300);
            (int data, int parity) = detector.Detect();
            data.ShouldBeInRange(-1, ShardPeriodDetector.WindowSize);
            parity.ShouldBeInRange(-1, ShardPeriodDetector.WindowSize);
        }
    }
}
