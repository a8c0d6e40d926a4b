using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KcpTun.Qpp;

/// <summary>
/// The permutations of the quantum permutation pad: each pad is a permutation of the 256 byte values, shuffled from
/// the key (PROTOCOL g). Immutable, so all streams of a process share one instance.
/// </summary>
public sealed class QppPads
{
    /// <summary>Byte values a pad permutes, and its size.</summary>
    internal const int PadSize = 256;

    private const int SeedSize = 32;

    // ceil(211 / 32), where 211 is the size in bytes of 256!, the number of permutations.
    private const int SeedCount = 7;

    // Pads shuffled side by side; their states fill one call of the cipher and stay in the first cache.
    private const int ShuffleWidth = 128;

    private readonly byte[] _forward;
    private readonly byte[] _inverse;
    private readonly byte[] _key;
    private readonly Xoshiro256 _generator;

    /// <summary>Derives the pads. Takes tens of milliseconds, mostly key derivation; seconds for 65535 pads.</summary>
    /// <param name="key">The raw password of the user, not the derived pass.</param>
    /// <param name="count">Pads; as in Go only the lower 16 bits count.</param>
    /// <exception cref="ArgumentException">The count comes to 0 pads.</exception>
    public QppPads(ReadOnlySpan<byte> key, int count)
    {
        Count = count & 0xFFFF;
        if (Count == 0)
            throw new ArgumentException("The number of pads modulo 65536 must not be 0.", nameof(count));
        _key = key.ToArray();
        _generator = new Xoshiro256(key);
        _forward = new byte[Count * PadSize];
        _inverse = new byte[Count * PadSize];

        byte[][] seeds = DeriveSeeds(key);
        ICryptoTransform[] ciphers = Array.ConvertAll(seeds, CreateShuffleCipher);
        for (int first = 0; first < Count; first += ShuffleWidth)
            Shuffle(first, Math.Min(ShuffleWidth, Count - first), seeds, ciphers);
        Array.ForEach(ciphers, cipher => cipher.Dispose());
        Invert();
    }

    /// <summary>Number of pads, 1 to 65535.</summary>
    public int Count { get; }

    /// <summary>The permutations for encryption, 256 bytes each.</summary>
    internal ReadOnlySpan<byte> Forward => _forward;

    /// <summary>The permutations for decryption, 256 bytes each.</summary>
    internal ReadOnlySpan<byte> Inverse => _inverse;

    /// <summary>
    /// The generator streams of a key start from. Deriving it takes a good part of a millisecond, and a peer decides
    /// how many streams there are: for the pads' own key it is done once.
    /// </summary>
    internal Xoshiro256 StartGenerator(ReadOnlySpan<byte> key) =>
        key.SequenceEqual(_key) ? _generator : new Xoshiro256(key);

    private static byte[][] DeriveSeeds(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> salt = "___QUANTUM_PERMUTATION_PAD_SEED_DERIVE___"u8;
        ReadOnlySpan<byte> source = key.Length >= SeedSize ? key : Derive(key, salt, 128);
        byte[][] seeds = new byte[SeedCount][];
        Span<byte> chunk = stackalloc byte[SeedSize];
        int position = 0;
        for (int i = 0; i < SeedCount; i++)
        {
            for (int j = 0; j < SeedSize; j++)
                chunk[j] = source[position++ % source.Length];
            seeds[i] = Derive(chunk, salt, 1024);
        }

        return seeds;
    }

    private static ICryptoTransform CreateShuffleCipher(byte[] seed)
    {
        using Aes aes = Aes.Create();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        return aes.CreateEncryptor(Derive(seed, "___QUANTUM_PERMUTATION_PAD_SHUFFLE_SALT___"u8, 128), null);
    }

    private static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(secret, salt, iterations, HashAlgorithmName.SHA1, SeedSize);

    /// <summary>
    /// Fisher-Yates for some pads at once. Each has a state of 32 bytes of its own, which every step encrypts with
    /// each cipher in turn; the pads' states lie side by side so that one call encrypts them all.
    /// </summary>
    private void Shuffle(int first, int count, byte[][] seeds, ICryptoTransform[] ciphers)
    {
        byte[] states = new byte[count * SeedSize];
        for (int i = 0; i < count; i++)
        {
            int pad = first + i;
            byte[] name = Encoding.ASCII.GetBytes("QPP_" + pad.ToString("b", CultureInfo.InvariantCulture));
            HMACSHA256.HashData(seeds[pad % SeedCount], name, states.AsSpan(i * SeedSize));
            Span<byte> permutation = _forward.AsSpan(pad * PadSize, PadSize);
            for (int value = 0; value < PadSize; value++)
                permutation[value] = (byte)value;
        }

        for (int last = PadSize - 1; last > 0; last--)
        {
            foreach (ICryptoTransform cipher in ciphers)
                cipher.TransformBlock(states, 0, states.Length, states, 0);
            for (int i = 0; i < count; i++)
            {
                int chosen = (int)Modulo(states.AsSpan(i * SeedSize, SeedSize), (uint)last + 1);
                Span<byte> permutation = _forward.AsSpan((first + i) * PadSize, PadSize);
                (permutation[last], permutation[chosen]) = (permutation[chosen], permutation[last]);
            }
        }
    }

    /// <summary>Remainder of a big-endian number.</summary>
    private static uint Modulo(ReadOnlySpan<byte> number, uint divisor)
    {
        ulong remainder = 0;
        for (int i = 0; i < number.Length; i += sizeof(uint))
            remainder = ((remainder << 32) | BinaryPrimitives.ReadUInt32BigEndian(number[i..])) % divisor;
        return (uint)remainder;
    }

    private void Invert()
    {
        for (int i = 0; i < _forward.Length; i++)
        {
            int pad = i & ~(PadSize - 1);
            _inverse[pad + _forward[i]] = (byte)i;
        }
    }
}
