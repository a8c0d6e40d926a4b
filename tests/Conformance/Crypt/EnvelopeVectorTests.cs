using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Crypt;

public sealed class EnvelopeVectorTests
{
    private static readonly JsonElement s_vectors = Vectors.Load("crypt.json");

    private static IEnumerable<string> ChecksumCiphers =>
        s_vectors.GetProperty("ciphers").EnumerateArray().Select(row => row.GetProperty("crypt").GetString()!);

    private static IEnumerable<TestCaseData> CapturedCases =>
        Vectors.Load("e2e_capture.json").GetProperty("cases").EnumerateArray()
            .Select(row => new TestCaseData(row).SetArgDisplayNames(row.GetProperty("name").GetString()!));

    [TestCaseSource(nameof(ChecksumCiphers))]
    public void Seals_and_opens_the_datagrams_of_Go_bit_for_bit(string name)
    {
        JsonElement row = s_vectors.GetProperty("ciphers").EnumerateArray()
            .Single(cipher => cipher.GetProperty("crypt").GetString() == name);
        Envelope envelope = Create(name);
        byte[][] nonces = [.. s_vectors.GetProperty("nonces").EnumerateArray().Select(Hex)];
        foreach (JsonElement vector in row.GetProperty("cases").EnumerateArray())
        {
            byte[] nonce = nonces[vector.GetProperty("nonce").GetInt32()];
            byte[] expected = vector.GetProperty("datagram").GetBytesFromBase64();
            int length = vector.GetProperty("len").GetInt32() - envelope.HeaderLength;
            Check(envelope, expected, Payload(length), nonce);
        }
    }

    [Test]
    public void Seals_and_opens_the_GCM_datagrams_of_Go_bit_for_bit()
    {
        JsonElement row = s_vectors.GetProperty("aes-128-gcm");
        Envelope envelope = Create("aes-128-gcm");
        foreach (JsonElement vector in row.GetProperty("cases").EnumerateArray())
        {
            byte[] expected = vector.GetProperty("datagram").GetBytesFromBase64();
            byte[] payload = Payload(vector.GetProperty("payload_len").GetInt32());
            Check(envelope, expected, payload, Hex(row.GetProperty("nonce")));
        }
    }

    [TestCaseSource(nameof(ChecksumCiphers))]
    public void Seals_and_opens_all_lengths_in_one_batch(string name)
    {
        JsonElement[] rows = [.. s_vectors.GetProperty("ciphers").EnumerateArray()
            .Single(cipher => cipher.GetProperty("crypt").GetString() == name).GetProperty("cases").EnumerateArray()];
        byte[][] nonces = [.. s_vectors.GetProperty("nonces").EnumerateArray().Select(Hex)];
        byte[] entropy = [.. rows.SelectMany(row => nonces[row.GetProperty("nonce").GetInt32()])];
        byte[] expected = [.. rows.SelectMany(row => row.GetProperty("datagram").GetBytesFromBase64())];
        int[] lengths = [.. rows.Select(row => row.GetProperty("len").GetInt32())];
        byte[] plain = [.. lengths.SelectMany(length => new byte[20].Concat(Payload(length - 20)))];
        Slice[] slices = new Slice[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            slices[i] = new Slice(i == 0 ? 0 : slices[i - 1].End, lengths[i]);

        Envelope envelope = Create(name);
        byte[] buffer = [.. plain];
        envelope.Seal(buffer, slices, new FixedEntropy(entropy));
        buffer.ShouldBe(expected);

        OpenResult[] results = new OpenResult[slices.Length];
        envelope.Open(buffer, slices, results);
        for (int i = 0; i < slices.Length; i++)
        {
            results[i].ShouldBe(new OpenResult(
                OpenStatus.Ok, new Slice(slices[i].Offset + 20, slices[i].Length - 20)));
            buffer.AsSpan(results[i].Payload.Offset, results[i].Payload.Length)
                .SequenceEqual(plain.AsSpan(slices[i].Offset + 20, slices[i].Length - 20)).ShouldBeTrue();
        }
    }

    [TestCaseSource(nameof(CapturedCases))]
    public void Opens_what_the_released_clients_sent(JsonElement row)
    {
        byte[] pass = KeyDerivation.DerivePass(row.GetProperty("key").GetString()!);
        Envelope envelope = Envelope.Create(CipherCatalog.Resolve(row.GetProperty("crypt").GetString()!), pass);
        foreach (JsonElement captured in row.GetProperty("datagrams").EnumerateArray())
        {
            byte[] datagram = captured.GetProperty("datagram").GetBytesFromBase64();
            Open(envelope, datagram).ShouldBe(captured.GetProperty("payload").GetBytesFromBase64());
        }
    }

    private static void Check(Envelope envelope, byte[] expected, byte[] payload, byte[] nonce)
    {
        byte[] datagram = new byte[envelope.HeaderLength + payload.Length + envelope.TrailerLength];
        payload.CopyTo(datagram, envelope.HeaderLength);
        envelope.Seal(datagram, [new Slice(0, datagram.Length)], new FixedEntropy(nonce));
        datagram.ShouldBe(expected);
        Open(envelope, datagram).ShouldBe(payload);
    }

    private static byte[] Open(Envelope envelope, byte[] datagram)
    {
        OpenResult[] results = new OpenResult[1];
        envelope.Open(datagram, [new Slice(0, datagram.Length)], results);
        results[0].Status.ShouldBe(OpenStatus.Ok);
        return datagram.AsSpan(results[0].Payload.Offset, results[0].Payload.Length).ToArray();
    }

    private static Envelope Create(string name)
    {
        CipherCatalog.TryParse(name, out CipherKind kind).ShouldBeTrue();
        byte[] pass = KeyDerivation.DerivePass(s_vectors.GetProperty("password").GetString()!);
        return Envelope.Create(kind, pass);
    }

    private static byte[] Payload(int length) => Vectors.Lcg(1000u + (uint)length, length);

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!);
}
