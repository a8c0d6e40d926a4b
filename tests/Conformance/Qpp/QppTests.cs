using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Qpp;

namespace KcpTun.Conformance.Qpp;

public sealed class QppTests
{
    // The write sizes of the vectors; then 24 for ever is as good as any, because they must not matter.
    private static readonly int[] s_chunks = [1, 2, 3, 5, 8, 13, 16, 17, 31, 64, 7, 9, 24];

    private static IEnumerable<TestCaseData> Rows =>
        Vectors.Load("qpp.json").GetProperty("rows").EnumerateArray().Select(row => new TestCaseData(row)
            .SetArgDisplayNames($"{Key(row).Length}-byte key", $"{row.GetProperty("pads").GetInt32()} pads"));

    [TestCaseSource(nameof(Rows))]
    public void Derives_the_pads_of_Go(JsonElement row)
    {
        var pads = new QppPads(Key(row), row.GetProperty("pads").GetInt32());
        pads.Forward[..256].ToArray().ShouldBe(row.GetProperty("pad0").GetBytesFromBase64());
        pads.Forward[^256..].ToArray().ShouldBe(row.GetProperty("last_pad").GetBytesFromBase64());
        Sha256(pads.Forward).ShouldBe(row.GetProperty("pads_sha256").GetString());
        Sha256(pads.Inverse).ShouldBe(row.GetProperty("inverse_pads_sha256").GetString());
    }

    [TestCaseSource(nameof(Rows))]
    public void Starts_the_generator_of_Go(JsonElement row)
    {
        var generator = new Xoshiro256(Key(row));
        generator.Next().ToString("x16", CultureInfo.InvariantCulture)
            .ShouldBe(row.GetProperty("first_r").GetString());
        generator.State.Select(word => word.ToString("x16", CultureInfo.InvariantCulture))
            .ShouldBe(row.GetProperty("prng_state_after_first_draw").EnumerateArray().Select(word => word.GetString()));
    }

    [TestCaseSource(nameof(Rows))]
    public void Encrypts_and_decrypts_a_stream_of_Go_however_it_is_cut(JsonElement row)
    {
        var pads = new QppPads(Key(row), row.GetProperty("pads").GetInt32());
        byte[] plain = Vectors.Lcg(row.GetProperty("plain_seed").GetUInt32(), 300);
        byte[] expected = row.GetProperty("cipher").GetBytesFromBase64();

        byte[] data = [.. plain];
        var writer = new QppKeystream(pads, Key(row));
        for (int position = 0, step = 0; position < data.Length; step++)
        {
            int length = Math.Min(s_chunks[Math.Min(step, s_chunks.Length - 1)], data.Length - position);
            writer.Encrypt(data.AsSpan(position, length));
            position += length;
        }

        data.ShouldBe(expected);
        new QppKeystream(pads, Key(row)).Decrypt(data);
        data.ShouldBe(plain);

        var whole = new QppKeystream(pads, Key(row));
        whole.Encrypt(data);
        data.ShouldBe(expected);

        var reader = new QppKeystream(pads, Key(row));
        for (int position = 0; position < data.Length; position++)
            reader.Decrypt(data.AsSpan(position, 1));
        data.ShouldBe(plain);
    }

    [Test]
    public void Opens_the_stream_of_a_released_client()
    {
        JsonElement row = Vectors.Load("e2e_capture.json").GetProperty("cases").EnumerateArray()
            .Single(capture => capture.GetProperty("name").GetString() == "new null nocomp QPP");
        byte[] key = System.Text.Encoding.UTF8.GetBytes(row.GetProperty("key").GetString()!);
        byte[] payload = row.GetProperty("smux_frames").EnumerateArray()
            .Last(frame => frame.GetProperty("cmd").GetInt32() == 2).GetProperty("payload").GetBytesFromBase64();
        new QppKeystream(new QppPads(key, 61), key).Decrypt(payload);
        payload.ShouldBe(row.GetProperty("application_payload").GetBytesFromBase64());
    }

    [Test]
    public void Only_the_lower_16_bits_of_the_count_matter()
    {
        var wide = new QppPads("key"u8, 65536 + 3);
        wide.Count.ShouldBe(3);
        wide.Forward.SequenceEqual(new QppPads("key"u8, 3).Forward).ShouldBeTrue();
    }

    [Test]
    public void A_stream_may_have_another_key_than_the_pads()
    {
        var pads = new QppPads("one"u8, 3);
        byte[] data = new byte[20];
        new QppKeystream(pads, "two"u8).Encrypt(data);
        byte[] other = new byte[20];
        new QppKeystream(pads, "one"u8).Encrypt(other);
        data.ShouldNotBe(other);
        new QppKeystream(new QppPads("one"u8, 3), "two"u8).Decrypt(data);
        data.ShouldAllBe(value => value == 0);
    }

    [TestCase(0)]
    [TestCase(65536)]
    [TestCase(131072)]
    public void No_pads_are_refused(int count) =>
        Should.Throw<ArgumentException>(() => new QppPads("key"u8, count));

    [Test]
    public void Empty_pieces_of_a_stream_change_nothing()
    {
        var pads = new QppPads(""u8, 2);
        byte[] data = [1, 2, 3];
        var keystream = new QppKeystream(pads, ""u8);
        keystream.Encrypt([]);
        keystream.Encrypt(data);
        new QppKeystream(pads, ""u8).Decrypt(data);
        data.ShouldBe([1, 2, 3]);
    }

    private static byte[] Key(JsonElement row) => row.GetProperty("key_b64").GetBytesFromBase64();

    private static string Sha256(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));
}
