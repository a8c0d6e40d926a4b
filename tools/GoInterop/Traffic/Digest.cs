using System.Buffers.Binary;
using System.Security.Cryptography;

namespace KcpTun.GoInterop.Traffic;

/// <summary>
/// What an end received: the number of bytes and their SHA-256 in hexadecimal (empty when not asked for).
/// </summary>
public sealed record Digest(long Length, string Sha256)
{
    /// <summary>Bytes of a digest on the wire: length and hash.</summary>
    public const int EncodedLength = sizeof(long) + SHA256.HashSizeInBytes;

    /// <summary>Writes the digest into <paramref name="destination"/>.</summary>
    public void Encode(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, Length);
        destination[sizeof(long)..EncodedLength].Clear();
        Convert.FromHexString(Sha256).CopyTo(destination[sizeof(long)..]);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static Digest Decode(ReadOnlySpan<byte> source)
    {
        ReadOnlySpan<byte> hash = source[sizeof(long)..EncodedLength];
        string text = hash.ContainsAnyExcept((byte)0) ? Convert.ToHexString(hash) : "";
        return new Digest(BinaryPrimitives.ReadInt64LittleEndian(source), text);
    }
}

/// <summary>Builds a <see cref="Digest"/> from the bytes as they come.</summary>
/// <param name="isVerified">False only counts: a benchmark does not want to measure SHA-256.</param>
public sealed class DigestBuilder(bool isVerified) : IDisposable
{
    private readonly IncrementalHash? _hash =
        isVerified ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

    private long _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        _hash?.AppendData(bytes);
    }

    public Digest Finish() => new(_length, _hash is null ? "" : Convert.ToHexString(_hash.GetHashAndReset()));

    public void Dispose() => _hash?.Dispose();
}
