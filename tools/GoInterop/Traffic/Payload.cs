using System.Buffers.Binary;
using System.Text;

namespace KcpTun.GoInterop.Traffic;

/// <summary>
/// A reproducible sequence of bytes, produced in order. Runs of text and of noise alternate, so that a compressor meets
/// both, and every 4 KiB carry a mark, so that nothing repeats.
/// </summary>
public sealed class Payload(ulong seed, long length)
{
    private const int ChunkSize = 64 * 1024;
    private const int RunSize = 16 * 1024;
    private const int MarkSpacing = 4096;
    private const ulong MarkStep = 0x9E3779B97F4A7C15;

    private static readonly byte[] s_pattern = CreatePattern();

    private readonly byte[] _chunk = new byte[ChunkSize];
    private ulong _mark = seed;
    private long _produced;

    /// <summary>The next bytes, valid until the next call; empty at the end.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        int size = (int)Math.Min(ChunkSize, length - _produced);
        s_pattern.AsSpan(0, size).CopyTo(_chunk);
        for (int offset = 0; offset + sizeof(ulong) <= size; offset += MarkSpacing)
        {
            _mark = unchecked(_mark + MarkStep);
            BinaryPrimitives.WriteUInt64LittleEndian(_chunk.AsSpan(offset), _mark);
        }

        _produced += size;
        return _chunk.AsMemory(0, size);
    }

    /// <summary>The digest of the whole sequence.</summary>
    public static Digest DigestOf(ulong seed, long length)
    {
        using var builder = new DigestBuilder(isVerified: true);
        var payload = new Payload(seed, length);
        for (ReadOnlyMemory<byte> chunk = payload.Next(); !chunk.IsEmpty; chunk = payload.Next())
            builder.Append(chunk.Span);
        return builder.Finish();
    }

    private static byte[] CreatePattern()
    {
        const string text = "a segment that is lost is sent again, and a segment that is late is sent twice; ";
        byte[] words = Encoding.ASCII.GetBytes(text);
        byte[] pattern = new byte[ChunkSize];
        new Random(20260314).NextBytes(pattern);
        for (int i = 0; i < ChunkSize; i++)
        {
            if (i / RunSize % 2 == 0)
                pattern[i] = words[i % words.Length];
        }

        return pattern;
    }
}
