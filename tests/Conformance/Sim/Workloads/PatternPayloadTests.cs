using System.IO.Compression;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Workloads;

namespace KcpTun.Conformance.Sim.Workloads;

/// <summary>Bytes that know where they belong.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PatternPayloadTests
{
    private static byte[] Bytes(int flow, bool isUp, int length, long offset = 0)
    {
        byte[] bytes = new byte[length];
        new PatternPayload(flow, isUp).Fill(bytes, offset);
        return bytes;
    }

    [Test]
    public void Any_cut_gives_the_same_bytes()
    {
        byte[] whole = Bytes(5, true, 4000);
        var chance = new RandomStream(1, "cuts");
        for (int i = 0; i < 2000; i++)
        {
            int start = (int)chance.At(2 * i, 3900);
            int length = (int)chance.At((2 * i) + 1, Math.Min(100, 4000 - start));
            Bytes(5, true, length, start).ShouldBe(whole[start..(start + length)]);
            new PatternPayload(5, true).Verify(whole.AsSpan(start, length), start).ShouldBeNull();
        }
    }

    [Test]
    public void A_changed_byte_is_found_at_its_place()
    {
        byte[] bytes = Bytes(5, false, 3000);
        bytes[1234] ^= 1;
        new PatternPayload(5, false).Verify(bytes, 0).ShouldStartWith("wrong bytes at offset 1234 of flow 5 down: ");
    }

    [TestCase(1001)]
    [TestCase(8)]
    [TestCase(1)]
    public void A_missing_stretch_names_where_the_rest_comes_from(int missing)
    {
        byte[] bytes = [.. Bytes(3, true, 500), .. Bytes(3, true, 2000, 500 + missing)];
        new PatternPayload(3, true).Verify(bytes, 0).ShouldBe(
            $"wrong bytes at offset 500 of flow 3 up: they belong to offset {500 + missing} of flow 3 up");
    }

    [Test]
    public void A_doubled_stretch_names_where_it_comes_from()
    {
        byte[] bytes = [.. Bytes(3, true, 1500), .. Bytes(3, true, 700, 800)];
        new PatternPayload(3, true).Verify(bytes, 0).ShouldBe(
            "wrong bytes at offset 1500 of flow 3 up: they belong to offset 800 of flow 3 up");
    }

    [TestCase(4, true, "flow 4 up")]
    [TestCase(3, false, "flow 3 down")]
    [TestCase((1 << 22) - 1, false, "flow 4194303 down")]
    public void Bytes_of_another_flow_name_it(int flow, bool isUp, string name)
    {
        byte[] bytes = [.. Bytes(3, true, 64), .. Bytes(flow, isUp, 64, 5_000_000_003)];
        new PatternPayload(3, true).Verify(bytes, 0)
            .ShouldBe($"wrong bytes at offset 64 of flow 3 up: they belong to offset 5000000003 of {name}");
    }

    [Test]
    public void Noise_belongs_to_no_flow()
    {
        byte[] noise = new byte[200];
        new SimEntropy(new RandomStream(1, "noise")).Fill(noise);
        new PatternPayload(1, true).Verify(noise, 0).ShouldEndWith("they belong to no flow");
    }

    [Test]
    public void They_do_not_compress()
    {
        using var compressed = new MemoryStream();
        using (var zip = new DeflateStream(compressed, CompressionLevel.Fastest))
            zip.Write(Bytes(0, true, 100_000));
        compressed.ToArray().Length.ShouldBeGreaterThan(95_000);
    }
}
