using System.Buffers.Binary;
using System.Text;

namespace KcpTun.GoInterop.Traffic;

/// <summary>
/// A reproducible sequence of bytes, produced in order; every 4 KiB carry a mark, so that nothing repeats.
/// </summary>
/// <param name="seed">Chooses the sequence.</param>
/// <param name="length">Bytes.</param>
/// <param name="isNoise">
/// Noise only, as the encrypted traffic that tunnels mostly carry; else runs of text and of noise alternate, so that a
/// compressor meets both.
/// </param>
public sealed class Payload(ulong seed, long length, bool isNoise = false)
{
    private const int ChunkSize = 64 * 1024;
    private const int RunSize = 16 * 1024;
    private const int MarkSpacing = 4096;
    private const ulong MarkStep = 0x9E3779B97F4A7C15;

    private static readonly byte[] s_noise = CreateNoise();
    private static readonly byte[] s_mixture = CreateMixture();

    private readonly byte[] _chunk = new byte[Math.Min(ChunkSize, length)];
    private ulong _mark = seed;
    private long _produced;

    /// <summary>The next bytes, valid until the next call; empty at the end.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        int size = (int)Math.Min(ChunkSize, length - _produced);
        (isNoise ? s_noise : s_mixture).AsSpan(0, size).CopyTo(_chunk);
        for (int offset = 0; offset + sizeof(ulong) <= size; offset += MarkSpacing)
        {
            _mark = unchecked(_mark + MarkStep);
            BinaryPrimitives.WriteUInt64LittleEndian(_chunk.AsSpan(offset), _mark);
        }

        _produced += size;
        return _chunk.AsMemory(0, size);
    }

    /// <summary>The digest of all bytes not produced yet.</summary>
    public Digest Digest()
    {
        using var builder = new DigestBuilder(isVerified: true);
        for (ReadOnlyMemory<byte> chunk = Next(); !chunk.IsEmpty; chunk = Next())
            builder.Append(chunk.Span);
        return builder.Finish();
    }

    private static byte[] CreateNoise()
    {
        byte[] noise = new byte[ChunkSize];
        new Random(20260314).NextBytes(noise);
        return noise;
    }

    private static byte[] CreateMixture()
    {
        const string text = "a segment that is lost is sent again, and a segment that is late is sent twice; ";
        byte[] words = Encoding.ASCII.GetBytes(text);
        byte[] mixture = CreateNoise();
        for (int i = 0; i < ChunkSize; i++)
        {
            if (i / RunSize % 2 == 0)
                mixture[i] = words[i % words.Length];
        }

        return mixture;
    }
}
