using KcpTun.Crypt;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Crypt;

/// <summary>Every implementation of a packet cipher against the reference, over random batches.</summary>
public sealed class PacketCipherTests
{
    private const int MaximumBatch = 33;

    private static readonly byte[] s_pass = KeyDerivation.DerivePass("paths");

    private static IEnumerable<TestCaseData> Implementations
    {
        get
        {
            foreach (CipherKind kind in Enum.GetValues<CipherKind>())
            {
                if (kind is not (CipherKind.Null or CipherKind.Aes128Gcm))
                    yield return Case(kind, "chosen", PacketCiphers.Create(kind, s_pass));
            }

            (CipherKind, int)[] sizes = [(CipherKind.Aes128, 16), (CipherKind.Aes192, 24), (CipherKind.Aes256, 32)];
            foreach ((CipherKind kind, int size) in sizes)
            {
                byte[] key = s_pass[..size];
                yield return Case(kind, "portable", new CfbCipher(new AesBlockEncryptor(key)));
                if (X86AesUnit.IsSupported)
                    yield return Case(kind, "x86", new AesCfb<X86AesUnit>(key));
                if (ArmAesUnit.IsSupported)
                    yield return Case(kind, "arm", new AesCfb<ArmAesUnit>(key));
            }

            yield return Case(CipherKind.Aes256, "software rounds", new AesCfb<SoftwareAesUnit>(s_pass));
            foreach ((string name, IPacketCipher cipher) in Salsa20Tests.Widths(s_pass))
                yield return Case(CipherKind.Salsa20, name, cipher);
        }
    }

    [TestCaseSource(nameof(Implementations))]
    public void Random_batches_match_the_reference(CipherKind kind, object implementation)
    {
        var cipher = (IPacketCipher)implementation;
        var random = new Random(20260314);
        for (int round = 0; round < 40; round++)
        {
            byte[] buffer = new byte[MaximumBatch * 1600];
            random.NextBytes(buffer);
            Slice[] packets = RandomLayout(random);
            byte[] plain = [.. buffer];
            byte[] expected = [.. buffer];
            foreach (Slice packet in packets)
            {
                ReferenceCiphers.Encrypt(kind, s_pass, plain.AsSpan(packet.Offset, packet.Length))
                    .CopyTo(expected, packet.Offset);
            }

            cipher.Encrypt(buffer, packets);
            buffer.AsSpan().SequenceEqual(expected).ShouldBeTrue($"encrypt, round {round}");
            cipher.Decrypt(buffer, packets);
            buffer.AsSpan().SequenceEqual(plain).ShouldBeTrue($"decrypt, round {round}");
        }
    }

    [TestCaseSource(nameof(Implementations))]
    public void Every_length_matches_the_reference(CipherKind kind, object implementation)
    {
        var cipher = (IPacketCipher)implementation;
        byte[] plain = new byte[1500];
        new Random(7).NextBytes(plain);
        for (int length = 0; length <= plain.Length; length += length < 300 ? 1 : 97)
        {
            byte[] buffer = [.. plain];
            cipher.Encrypt(buffer, [new Slice(0, length)]);
            buffer.AsSpan(0, length).SequenceEqual(ReferenceCiphers.Encrypt(kind, s_pass, plain.AsSpan(0, length)))
                .ShouldBeTrue($"length {length}");
            buffer.AsSpan(length).SequenceEqual(plain.AsSpan(length)).ShouldBeTrue($"beyond length {length}");
            cipher.Decrypt(buffer, [new Slice(0, length)]);
            buffer.AsSpan().SequenceEqual(plain).ShouldBeTrue($"decrypt length {length}");
        }
    }

    [TestCaseSource(nameof(Implementations))]
    public void A_slice_outside_the_buffer_is_refused(CipherKind kind, object implementation)
    {
        if (kind == CipherKind.None)
            return;
        var cipher = (IPacketCipher)implementation;
        byte[] buffer = new byte[64];
        Should.Throw<ArgumentOutOfRangeException>(() => cipher.Encrypt(buffer, [new Slice(32, 33)]));
        Should.Throw<ArgumentOutOfRangeException>(() => cipher.Decrypt(buffer, [new Slice(32, 33)]));
    }

    [Test]
    public void Only_a_cipher_with_a_checksum_envelope_has_one(
        [Values(CipherKind.Null, CipherKind.Aes128Gcm, (CipherKind)99)] CipherKind kind) =>
        Should.Throw<ArgumentOutOfRangeException>(() => PacketCiphers.Create(kind, s_pass)).ParamName.ShouldBe("kind");

    /// <summary>Packets in random order with gaps between them; short, long and equal lengths mixed.</summary>
    private static Slice[] RandomLayout(Random random)
    {
        int style = random.Next(3);
        int common = random.Next(1501);
        var packets = new Slice[random.Next(1, MaximumBatch + 1)];
        for (int i = 0; i < packets.Length; i++)
        {
            int length = style switch
            {
                0 => common,
                1 => random.Next(80),
                _ => random.Next(1501),
            };
            packets[i] = new Slice((i * 1600) + random.Next(100), length);
        }

        random.Shuffle(packets);
        return packets;
    }

    private static TestCaseData Case(CipherKind kind, string name, IPacketCipher cipher) =>
        new TestCaseData(kind, cipher).SetArgDisplayNames(kind.ToString(), name);
}
