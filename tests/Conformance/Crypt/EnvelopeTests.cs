using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Crypt;

public sealed class EnvelopeTests
{
    private static readonly byte[] s_pass = KeyDerivation.DerivePass("it's a secrect");

    private static CipherKind[] AllCiphers => Enum.GetValues<CipherKind>();

    private static IEnumerable<CipherKind> CheckedCiphers => AllCiphers.Where(kind => kind != CipherKind.Null);

    [TestCaseSource(nameof(AllCiphers))]
    public void Header_and_trailer_are_those_of_the_wire(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        envelope.Kind.ShouldBe(kind);
        (envelope.HeaderLength, envelope.TrailerLength).ShouldBe(kind switch
        {
            CipherKind.Null => (0, 0),
            CipherKind.Aes128Gcm => (12, 16),
            _ => (20, 0),
        });
    }

    [TestCaseSource(nameof(CheckedCiphers))]
    public void A_change_of_any_byte_that_matters_is_noticed(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        byte[] intact = SealOne(envelope, Vectors.Lcg(5, 75));
        for (int position = 0; position < intact.Length; position++)
        {
            byte[] tampered = [.. intact];
            tampered[position] ^= 0x40;
            OpenStatus expected = IsCovered(kind, position) ? OpenStatus.ChecksumMismatch : OpenStatus.Ok;
            OpenOne(envelope, tampered).Status.ShouldBe(expected, $"byte {position}");
        }
    }

    /// <summary>
    /// The checksum does not cover the 16-byte nonce, whose value nobody uses. A change there is noticed only where
    /// it garbles what follows: the next block of a CFB cipher, everything with Salsa20.
    /// </summary>
    private static bool IsCovered(CipherKind kind, int position) => kind switch
    {
        CipherKind.Aes128Gcm => true,
        CipherKind.None or CipherKind.Xor => position >= 16,
        CipherKind.Salsa20 => position is < 8 or >= 16,
        CipherKind.Blowfish or CipherKind.Cast5 or CipherKind.TripleDes or CipherKind.Tea or CipherKind.Xtea =>
            position >= 8,
        _ => true,
    };

    [TestCaseSource(nameof(CheckedCiphers))]
    public void Every_truncation_is_noticed(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        byte[] intact = SealOne(envelope, Vectors.Lcg(5, 75));
        int shortest = envelope.HeaderLength + envelope.TrailerLength;
        for (int length = 0; length < intact.Length; length++)
        {
            OpenStatus expected = length < shortest ? OpenStatus.TooShort : OpenStatus.ChecksumMismatch;
            OpenOne(envelope, intact[..length]).ShouldBe(new OpenResult(expected, default), $"length {length}");
        }
    }

    [TestCaseSource(nameof(CheckedCiphers))]
    public void Noise_of_any_length_is_turned_away(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        int shortest = envelope.HeaderLength + envelope.TrailerLength;
        for (int length = 0; length < 2048; length += 1 + (length / 40))
        {
            OpenStatus expected = length < shortest ? OpenStatus.TooShort : OpenStatus.ChecksumMismatch;
            OpenOne(envelope, Vectors.Lcg((uint)length, length)).Status.ShouldBe(expected);
        }
    }

    [TestCaseSource(nameof(CheckedCiphers))]
    public void Bad_datagrams_do_not_disturb_the_others_of_a_batch(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        byte[] payload = Vectors.Lcg(9, 700);
        byte[] good = SealOne(envelope, payload);
        byte[] bad = [.. good];
        bad[^1] ^= 1;
        byte[] buffer = [.. good, .. bad, .. good[..7], .. good];
        Slice[] slices = Layout(good.Length, bad.Length, 7, good.Length);
        OpenResult[] results = new OpenResult[4];
        envelope.Open(buffer, slices, results);

        results.Select(result => result.Status).ShouldBe(
            [OpenStatus.Ok, OpenStatus.ChecksumMismatch, OpenStatus.TooShort, OpenStatus.Ok]);
        foreach (int index in new[] { 0, 3 })
        {
            results[index].Payload.ShouldBe(new Slice(slices[index].Offset + envelope.HeaderLength, payload.Length));
            Bytes(buffer, results[index].Payload).ShouldBe(payload);
        }
    }

    [TestCaseSource(nameof(AllCiphers))]
    public void A_datagram_longer_than_the_receive_buffer_of_Go_is_cut(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        int overhead = envelope.HeaderLength + envelope.TrailerLength;
        byte[] payload = Vectors.Lcg(3, 1500 - overhead);
        byte[] sealedDatagram = SealOne(envelope, payload);
        byte[] buffer = [.. sealedDatagram, .. new byte[100]];
        OpenResult[] results = new OpenResult[1];
        envelope.Open(buffer, [new Slice(0, buffer.Length)], results);

        results[0].ShouldBe(new OpenResult(OpenStatus.Ok, new Slice(envelope.HeaderLength, payload.Length)));
        Bytes(buffer, results[0].Payload).ShouldBe(payload);
    }

    [Test]
    public void Without_an_envelope_everything_is_a_payload_even_nothing()
    {
        Envelope envelope = Envelope.Create(CipherKind.Null, s_pass);
        byte[] payload = Vectors.Lcg(1, 40);
        SealOne(envelope, payload).ShouldBe(payload);
        OpenOne(envelope, payload).ShouldBe(new OpenResult(OpenStatus.Ok, new Slice(0, 40)));
        OpenOne(envelope, []).ShouldBe(new OpenResult(OpenStatus.Ok, new Slice(0, 0)));
    }

    [TestCaseSource(nameof(CheckedCiphers))]
    public void Each_datagram_of_a_batch_has_its_own_nonce_from_one_draw(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        int length = envelope.HeaderLength + envelope.TrailerLength + 40;
        byte[] buffer = new byte[40 * length];
        Slice[] slices = Layout([.. Enumerable.Repeat(length, 40)]);
        var entropy = new SeededEntropy(1);
        envelope.Seal(buffer, slices, entropy);

        entropy.Calls.ShouldBe(1);
        slices.Select(slice => Convert.ToHexString(buffer, slice.Offset, 8)).Distinct().Count().ShouldBe(40);
        slices.Select(slice => Convert.ToHexString(buffer, slice.Offset + 20, 8)).Distinct().Count()
            .ShouldBe(kind is CipherKind.None or CipherKind.Xor ? 1 : 40);
    }

    [Test]
    public void An_empty_batch_draws_nothing()
    {
        Envelope envelope = Envelope.Create(CipherKind.Aes256, s_pass);
        var entropy = new SeededEntropy(1);
        envelope.Seal([], [], entropy);
        envelope.Open([], [], []);
        entropy.Calls.ShouldBe(0);
    }

    [TestCaseSource(nameof(AllCiphers))]
    public void Refuses_to_seal_what_is_no_datagram(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        byte[] buffer = new byte[2048];
        int shortest = envelope.HeaderLength + envelope.TrailerLength;
        var entropy = new SeededEntropy(1);
        Should.Throw<ArgumentException>(() => envelope.Seal(buffer, [new Slice(0, shortest - 1)], entropy));
        Should.Throw<ArgumentException>(() => envelope.Seal(buffer, [new Slice(0, 1501)], entropy));
        Should.NotThrow(() => envelope.Seal(buffer, [new Slice(0, shortest), new Slice(100, 1500)], entropy));
    }

    [Test]
    public void Refuses_a_pass_of_the_wrong_size() =>
        Should.Throw<ArgumentException>(() => Envelope.Create(CipherKind.Aes128, new byte[16]));

    [TestCase(CipherKind.Aes256)]
    [TestCase(CipherKind.Aes128Gcm)]
    [TestCase(CipherKind.Salsa20)]
    [TestCase(CipherKind.Blowfish)]
    [TestCase(CipherKind.Twofish)]
    [TestCase(CipherKind.TripleDes)]
    [TestCase(CipherKind.Tea)]
    [TestCase(CipherKind.Xtea)]
    [TestCase(CipherKind.Xor)]
    [TestCase(CipherKind.Sm4)]
    [TestCase(CipherKind.None)]
    [TestCase(CipherKind.Null)]
    public void Sealing_and_opening_leave_no_garbage(CipherKind kind)
    {
        Envelope envelope = Envelope.Create(kind, s_pass);
        byte[] buffer = new byte[33 * 1350];
        Slice[] slices = Layout([.. Enumerable.Repeat(1350, 33)]);
        OpenResult[] results = new OpenResult[33];
        var entropy = new SeededEntropy(1);
        RoundTrip(envelope, buffer, slices, results, entropy);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RoundTrip(envelope, buffer, slices, results, entropy);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        results.ShouldAllBe(result => result.Status == OpenStatus.Ok);
    }

    private static void RoundTrip(
        Envelope envelope, byte[] buffer, Slice[] slices, OpenResult[] results, SeededEntropy entropy)
    {
        envelope.Seal(buffer, slices, entropy);
        envelope.Open(buffer, slices, results);
    }

    private static byte[] SealOne(Envelope envelope, byte[] payload)
    {
        byte[] datagram = new byte[envelope.HeaderLength + payload.Length + envelope.TrailerLength];
        payload.CopyTo(datagram, envelope.HeaderLength);
        envelope.Seal(datagram, [new Slice(0, datagram.Length)], new SeededEntropy(payload.Length));
        return datagram;
    }

    private static OpenResult OpenOne(Envelope envelope, byte[] datagram)
    {
        OpenResult[] results = new OpenResult[1];
        envelope.Open([.. datagram], [new Slice(0, datagram.Length)], results);
        return results[0];
    }

    private static Slice[] Layout(params int[] lengths)
    {
        Slice[] slices = new Slice[lengths.Length];
        for (int i = 0, offset = 0; i < lengths.Length; offset += lengths[i], i++)
            slices[i] = new Slice(offset, lengths[i]);
        return slices;
    }

    private static byte[] Bytes(byte[] buffer, Slice slice) => buffer.AsSpan(slice.Offset, slice.Length).ToArray();
}
