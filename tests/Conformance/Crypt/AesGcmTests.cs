using KcpTun.Conformance.Support;
using KcpTun.Crypt;

namespace KcpTun.Conformance.Crypt;

/// <summary>Both implementations of AES-GCM against published vectors and against each other.</summary>
public sealed class AesGcmTests
{
    private const int NonceSize = 12;

    private static IEnumerable<string> Implementations => ["library", "software rounds", "x86"];

    /// <summary>Test cases 1, 2, 7, 8, 13 and 14 of McGrew and Viega, The Galois/Counter Mode of Operation.</summary>
    [TestCase(16, "", "58e2fccefa7e3061367f1d57a4e7455a")]
    [TestCase(16, "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf")]
    [TestCase(24, "", "cd33b28ac773f74ba00ed1f312572435")]
    [TestCase(24, "98e7247c07f0fe411c267e4384b0f600", "2ff58d80033927ab8ef4d4587514f0fb")]
    [TestCase(32, "", "530f8afbc74536b9a963b4f1c4cb738b")]
    [TestCase(32, "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")]
    public void Zeros_become_what_the_vectors_say(int keySize, string ciphertext, string tag)
    {
        foreach (string name in Implementations)
            Check(name, new byte[keySize], new byte[NonceSize], new byte[ciphertext.Length / 2], ciphertext, tag);
    }

    /// <summary>Their test case 3.</summary>
    [Test]
    public void Four_blocks_become_what_the_vector_says()
    {
        foreach (string name in Implementations)
        {
            Check(
                name,
                Convert.FromHexString("feffe9928665731c6d6a8f9467308308"),
                Convert.FromHexString("cafebabefacedbaddecaf888"),
                Convert.FromHexString("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"),
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                    + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
                "4d5c2af327cd64a62cf35abd2ba6fab4");
        }
    }

    [Test]
    public void Every_length_of_a_datagram_matches_the_library()
    {
        byte[] key = Vectors.Lcg(1, 16);
        IAead library = new LibraryAesGcm(key);
        foreach (string name in Implementations.Skip(1))
        {
            IAead tested = Create(name, key);
            // Each round of AES by the book takes its time.
            int step = name == "x86" ? 1 : 97;
            for (int length = 0; length <= 1500; length += step)
            {
                byte[] nonce = Vectors.Lcg(2 + (uint)length, NonceSize);
                byte[] expected = Vectors.Lcg(3, length), payload = [.. expected];
                byte[] tag = new byte[Aead.TagSize], expectedTag = new byte[Aead.TagSize];
                library.Seal(nonce, expected, expectedTag);
                tested.Seal(nonce, payload, tag);
                payload.ShouldBe(expected, $"{name}, {length} bytes");
                tag.ShouldBe(expectedTag, $"{name}, {length} bytes");
                tested.TryOpen(nonce, payload, tag).ShouldBeTrue();
                payload.ShouldBe(Vectors.Lcg(3, length));
            }
        }
    }

    [Test]
    public void A_flipped_bit_anywhere_is_found_and_nothing_is_decrypted()
    {
        const int Length = 150;
        byte[] key = Vectors.Lcg(1, 16);
        foreach (string name in Implementations)
        {
            IAead tested = Create(name, key);
            byte[] datagram = Vectors.Lcg(4, NonceSize + Length + Aead.TagSize);
            tested.Seal(datagram.AsSpan(0, NonceSize), datagram.AsSpan(NonceSize, Length), datagram.AsSpan(^16..));
            for (int i = 0; i < datagram.Length; i++)
            {
                byte[] forged = [.. datagram];
                forged[i] ^= (byte)(1 << (i % 8));
                byte[] before = [.. forged];
                bool isRight = tested.TryOpen(
                    forged.AsSpan(0, NonceSize), forged.AsSpan(NonceSize, Length), forged.AsSpan(^16..));
                isRight.ShouldBeFalse($"{name}, byte {i}");
                // The library clears what it has decrypted.
                if (tested is not LibraryAesGcm)
                    forged.ShouldBe(before);
            }
        }
    }

    private static void Check(string name, byte[] key, byte[] nonce, byte[] payload, string ciphertext, string tag)
    {
        byte[] plaintext = [.. payload], actual = new byte[Aead.TagSize];
        IAead tested = Create(name, key);
        tested.Seal(nonce, payload, actual);
        Convert.ToHexStringLower(payload).ShouldBe(ciphertext, name);
        Convert.ToHexStringLower(actual).ShouldBe(tag, name);
        tested.TryOpen(nonce, payload, actual).ShouldBeTrue(name);
        payload.ShouldBe(plaintext, name);
    }

    /// <summary>A processor without the instructions has only the library's.</summary>
    private static IAead Create(string name, byte[] key) => name switch
    {
        "x86" when X86AesUnit.IsSupported && GHash.IsSupported => new BlockAesGcm<X86AesUnit>(key),
        "software rounds" when GHash.IsSupported => new BlockAesGcm<SoftwareAesUnit>(key),
        _ => new LibraryAesGcm(key),
    };
}
