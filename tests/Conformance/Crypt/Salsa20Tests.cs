using System.Runtime.Intrinsics;
using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Crypt;

/// <summary>Salsa20 in vectors of every width against the reference, which computes a block at a time.</summary>
public sealed class Salsa20Tests
{
    private const int Longest = 3000;

    private static readonly byte[] s_pass = KeyDerivation.DerivePass("lanes");

    [Test]
    public void Every_length_matches_the_reference()
    {
        foreach ((string name, IPacketCipher cipher) in Widths(s_pass))
        {
            for (int length = 0; length <= Longest; length++)
                Check(name, cipher, Vectors.Lcg(1, Longest + 40), [new Slice(17, length)]);
        }
    }

    /// <summary>How many blocks of the packets before wait for company is different for every packet.</summary>
    [Test]
    public void Packets_of_all_lengths_share_vectors()
    {
        foreach ((string name, IPacketCipher cipher) in Widths(s_pass))
        {
            for (int first = 0; first < 700; first += 13)
            {
                List<Slice> packets = [];
                int offset = 3;
                for (int i = 0; i < 40; i++)
                {
                    packets.Add(new Slice(offset, (first + (i * 53)) % 700));
                    offset = packets[^1].End + (i % 5);
                }

                Check(name, cipher, Vectors.Lcg(2, offset + 9), [.. packets]);
            }
        }
    }

    [Test]
    public void A_nonce_counts_in_full()
    {
        foreach ((string name, IPacketCipher cipher) in Widths(s_pass))
        {
            for (int bit = 0; bit < 64; bit++)
            {
                byte[] buffer = new byte[2000];
                buffer[bit / 8] = (byte)(1 << (bit % 8));
                Check(name, cipher, buffer, [new Slice(0, 80), new Slice(80, 1300)]);
            }
        }
    }

    [Test]
    public void A_refused_batch_leaves_nothing_for_the_next()
    {
        foreach ((string name, IPacketCipher cipher) in Widths(s_pass))
        {
            byte[] buffer = Vectors.Lcg(3, 200);
            Should.Throw<ArgumentOutOfRangeException>(
                () => cipher.Encrypt(buffer, [new Slice(0, 100), new Slice(150, 51)]));
            Check(name, cipher, Vectors.Lcg(4, 200), [new Slice(100, 50)]);
        }
    }

    [Test]
    public void Nothing_is_allocated()
    {
        byte[] buffer = new byte[3 * 1500];
        Slice[] packets = [new(0, 1350), new(1500, 64), new(3000, 777)];
        foreach ((string name, IPacketCipher cipher) in Widths(s_pass))
        {
            cipher.Encrypt(buffer, packets);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                cipher.Encrypt(buffer, packets);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0, name);
        }
    }

    internal static IEnumerable<(string Name, IPacketCipher Cipher)> Widths(byte[] key)
    {
        yield return ("four lanes", new Salsa20Cipher<WordLanes128, Vector128<uint>>(key));
        if (WordLanes256.IsSupported)
            yield return ("eight lanes", new Salsa20Cipher<WordLanes256, Vector256<uint>>(key));
    }

    private static void Check(string name, IPacketCipher cipher, byte[] buffer, Slice[] packets)
    {
        byte[] plain = [.. buffer], expected = [.. buffer];
        foreach (Slice packet in packets)
        {
            ReferenceCiphers.Encrypt(CipherKind.Salsa20, s_pass, plain.AsSpan(packet.Offset, packet.Length))
                .CopyTo(expected, packet.Offset);
        }

        cipher.Encrypt(buffer, packets);
        buffer.AsSpan().SequenceEqual(expected).ShouldBeTrue($"{name}: {string.Join(", ", packets)}");
        cipher.Decrypt(buffer, packets);
        buffer.AsSpan().SequenceEqual(plain).ShouldBeTrue($"{name}, decrypted: {string.Join(", ", packets)}");
    }
}
