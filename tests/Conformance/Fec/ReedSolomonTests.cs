using System.Security.Cryptography;
using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Fec;

namespace KcpTun.Conformance.Fec;

public sealed class ReedSolomonTests
{
    private static IEnumerable<TestCaseData> GoldenCases => Vectors.Load("reedsolomon.json").GetProperty("cases")
        .EnumerateArray()
        .Select(golden => new TestCaseData(golden).SetArgDisplayNames(
            $"{golden.GetProperty("data_shards")}+{golden.GetProperty("parity_shards")}",
            $"{golden.GetProperty("shard_len")} bytes"));

    [TestCaseSource(nameof(GoldenCases))]
    public void Coding_matrix_is_that_of_the_reference(JsonElement golden)
    {
        if (!golden.TryGetProperty("parity_matrix_rows", out JsonElement rows))
            return;
        ReedSolomon code = CodeOf(golden);
        for (int k = 0; k < code.ParityShards; k++)
        {
            for (int i = 0; i < code.DataShards; i++)
                ((int)code.Coefficient(k, i)).ShouldBe(rows[k][i].GetInt32(), $"row {k}, column {i}");
        }
    }

    [TestCaseSource(nameof(GoldenCases))]
    public void Parity_is_that_of_the_reference(JsonElement golden)
    {
        ReedSolomon code = CodeOf(golden);
        byte[][] shards = Encode(code, DataOf(golden));
        for (int k = 0; k < code.ParityShards; k++)
        {
            string expected = golden.GetProperty("parity")[k].GetString()!;
            byte[] parity = shards[code.DataShards + k];
            if (expected.StartsWith("sha256:", StringComparison.Ordinal))
                Convert.ToHexStringLower(SHA256.HashData(parity)).ShouldBe(expected["sha256:".Length..]);
            else
                parity.ShouldBe(Convert.FromBase64String(expected));
        }
    }

    [TestCaseSource(nameof(GoldenCases))]
    public void Erasures_are_recoverable_as_in_the_reference(JsonElement golden)
    {
        ReedSolomon code = CodeOf(golden);
        byte[][] shards = Encode(code, DataOf(golden));
        foreach (JsonElement pattern in golden.GetProperty("reconstruct").EnumerateArray())
        {
            int[] missing = [.. pattern.GetProperty("missing").EnumerateArray().Select(index => index.GetInt32())];
            Reconstructs(code, shards, missing).ShouldBe(pattern.GetProperty("recoverable").GetBoolean());
        }
    }

    [TestCase(1, 1)]
    [TestCase(1, 4)]
    [TestCase(2, 3)]
    [TestCase(3, 3)]
    [TestCase(4, 2)]
    [TestCase(5, 5)]
    [TestCase(6, 1)]
    public void Any_erasure_of_at_most_the_parity_is_recoverable_and_no_other(int dataShards, int parityShards)
    {
        var code = new ReedSolomon(dataShards, parityShards);
        byte[][] shards = Encode(code, Split(Vectors.Lcg(99, dataShards * 21), dataShards));
        for (uint pattern = 0; pattern < 1u << (dataShards + parityShards); pattern++)
        {
            int[] missing = [.. Enumerable.Range(0, shards.Length).Where(i => ((pattern >> i) & 1) != 0)];
            Reconstructs(code, shards, missing).ShouldBe(missing.Length <= parityShards, $"pattern {pattern:b}");
        }
    }

    [TestCase(255, 1)]
    [TestCase(1, 255)]
    [TestCase(128, 128)]
    [TestCase(246, 10)]
    public void A_code_may_use_all_256_elements(int dataShards, int parityShards)
    {
        var code = new ReedSolomon(dataShards, parityShards);
        byte[][] shards = Encode(code, Split(Vectors.Lcg(5, dataShards * 40), dataShards));
        int lost = Math.Min(dataShards, parityShards);
        Reconstructs(code, shards, [.. Enumerable.Range(0, lost)]).ShouldBeTrue();
        Reconstructs(code, shards, [.. Enumerable.Range(dataShards - lost, parityShards)]).ShouldBeTrue();
        Reconstructs(code, shards, [.. Enumerable.Range(0, parityShards + 1)]).ShouldBeFalse();
    }

    [Test]
    public void Every_kernel_encodes_and_reconstructs_alike()
    {
        byte[][] data = Split(Vectors.Lcg(11, 40 * 1344), 40);
        byte[][] expected = Encode(new ReedSolomon(40, 17, new ScalarKernel()), data);
        foreach (GaloisKernel kernel in GaloisKernel.All.Where(kernel => kernel.IsSupported))
        {
            var code = new ReedSolomon(40, 17, kernel);
            Encode(code, data).ShouldBe(expected, kernel.ToString());
            Reconstructs(code, expected, [.. Enumerable.Range(13, 17)]).ShouldBeTrue(kernel.ToString());
        }
    }

    [Test]
    public void Short_shards_count_as_zero_extended()
    {
        var code = new ReedSolomon(3, 2);
        byte[][] data = [Vectors.Lcg(1, 50), Vectors.Lcg(2, 7), Vectors.Lcg(3, 31)];
        byte[][] shards = Encode(code, data);
        shards[3].ShouldBe(Encode(code, [.. data.Select(shard => Extend(shard, 50))])[3]);
        var present = new ReadOnlyMemory<byte>[] { default, data[1], default, shards[3], shards[4] };
        byte[] rebuilt = new byte[2 * 64];
        code.TryReconstruct(present, 50, rebuilt, 64).ShouldBeTrue();
        rebuilt.AsSpan(0, 50).ToArray().ShouldBe(data[0]);
        rebuilt.AsSpan(64, 50).ToArray().ShouldBe(Extend(data[2], 50));
    }

    [TestCase(0, 3)]
    [TestCase(3, 0)]
    [TestCase(-1, 3)]
    [TestCase(10, 247)]
    [TestCase(int.MaxValue, int.MaxValue)]
    public void Impossible_codes_are_refused(int dataShards, int parityShards) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new ReedSolomon(dataShards, parityShards));

    private static ReedSolomon CodeOf(JsonElement golden) =>
        new(golden.GetProperty("data_shards").GetInt32(), golden.GetProperty("parity_shards").GetInt32());

    private static byte[][] DataOf(JsonElement golden)
    {
        int count = golden.GetProperty("data_shards").GetInt32();
        int length = golden.GetProperty("shard_len").GetInt32();
        return Split(Vectors.Lcg(golden.GetProperty("seed").GetUInt32(), count * length), count);
    }

    private static byte[][] Split(byte[] bytes, int count) => [.. bytes.Chunk(bytes.Length / count)];

    private static byte[] Extend(byte[] shard, int length) => [.. shard, .. new byte[length - shard.Length]];

    private static byte[][] Encode(ReedSolomon code, byte[][] data)
    {
        int length = data.Max(shard => shard.Length);
        byte[] parities = new byte[code.ParityShards * length];
        for (int i = 0; i < data.Length; i++)
            code.Accumulate(i, data[i], parities, length);
        return [.. data, .. parities.Chunk(length)];
    }

    private static bool Reconstructs(ReedSolomon code, byte[][] shards, int[] missing)
    {
        int length = shards[^1].Length;
        var present = new ReadOnlyMemory<byte>[shards.Length];
        for (int i = 0; i < shards.Length; i++)
            present[i] = missing.Contains(i) ? default : shards[i];
        byte[] rebuilt = new byte[code.DataShards * length];
        if (!code.TryReconstruct(present, length, rebuilt, length))
            return false;
        int[] lost = [.. missing.Where(i => i < code.DataShards).Order()];
        for (int j = 0; j < lost.Length; j++)
            rebuilt.AsSpan(j * length, length).SequenceEqual(shards[lost[j]]).ShouldBeTrue($"shard {lost[j]}");
        return true;
    }
}
