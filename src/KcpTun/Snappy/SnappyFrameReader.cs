using System.Buffers.Binary;
using System.Numerics;
using SnappyBlock = Snappier.Snappy;

namespace KcpTun.Snappy;

/// <summary>
/// Takes a snappy framing-format stream apart (PROTOCOL f), cut anywhere. It holds at most one incomplete chunk and one
/// decompressed block, in buffers that grow to what the peer's chunks need and no further than the format allows.
/// </summary>
public sealed class SnappyFrameReader
{
    private readonly byte[] _header = new byte[SnappyFormat.HeaderLength];
    private byte[] _body = [];
    private byte[] _block = [];
    private int _headerLength;
    private int _bodyLength;
    private int _skip;
    private bool _isStarted;

    // NeedMore while there is none.
    private SnappyResult _failure;

    private byte ChunkType => _header[0];

    /// <summary>Length of the body; the three bytes above the type.</summary>
    private int ChunkLength => (int)(BinaryPrimitives.ReadUInt32LittleEndian(_header) >> 8);

    /// <summary>Reads up to the end of the next data chunk.</summary>
    /// <param name="input">What was received; advanced past what was taken.</param>
    /// <param name="output">
    /// The data of a chunk, possibly empty; it lies in the reader's memory or in that of <paramref name="input"/>, and
    /// is valid until either changes.
    /// </param>
    public SnappyResult Read(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> output)
    {
        output = default;
        while (_failure == SnappyResult.NeedMore && !input.IsEmpty)
        {
            if (_skip > 0)
                Skip(ref input);
            else if (_headerLength < SnappyFormat.HeaderLength)
                _failure = ReadHeader(ref input);
            else if (TryTakeBody(ref input, out ReadOnlySpan<byte> body) && ReadBody(body, out output))
                return SnappyResult.Chunk;
        }

        return _failure;
    }

    private void Skip(ref ReadOnlySpan<byte> input)
    {
        int length = Math.Min(_skip, input.Length);
        input = input[length..];
        _skip -= length;
    }

    private SnappyResult ReadHeader(ref ReadOnlySpan<byte> input)
    {
        int length = Math.Min(SnappyFormat.HeaderLength - _headerLength, input.Length);
        input[..length].CopyTo(_header.AsSpan(_headerLength));
        input = input[length..];
        _headerLength += length;
        return _headerLength == SnappyFormat.HeaderLength ? CheckHeader() : SnappyResult.NeedMore;
    }

    private SnappyResult CheckHeader()
    {
        if (!_isStarted && ChunkType != SnappyFormat.StreamIdentifier)
            return SnappyResult.Corrupt;
        _isStarted = true;

        // A body is never empty here: the lower bounds see to it, and skipping does not wait for a body.
        switch (ChunkType)
        {
            case SnappyFormat.Compressed or SnappyFormat.Uncompressed:
                if (ChunkLength > SnappyFormat.MaxChunkBody)
                    return SnappyResult.TooLarge;
                return ChunkLength >= SnappyFormat.ChecksumLength ? SnappyResult.NeedMore : SnappyResult.Corrupt;
            case SnappyFormat.StreamIdentifier:
                return _header.AsSpan().SequenceEqual(SnappyFormat.Identifier[..SnappyFormat.HeaderLength])
                    ? SnappyResult.NeedMore
                    : SnappyResult.Corrupt;
            case >= SnappyFormat.FirstSkippable:
                _skip = ChunkLength;
                _headerLength = 0;
                return SnappyResult.NeedMore;
            default:
                return SnappyResult.Unsupported;
        }
    }

    /// <summary>The complete body, in the input itself when it lies there as a whole.</summary>
    private bool TryTakeBody(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> body)
    {
        int missing = ChunkLength - _bodyLength;
        int length = Math.Min(missing, input.Length);
        if (length == ChunkLength)
        {
            body = input[..length];
        }
        else
        {
            EnsureLength(ref _body, ChunkLength, SnappyFormat.MaxChunkBody);
            input[..length].CopyTo(_body.AsSpan(_bodyLength));
            _bodyLength += length;
            body = _body.AsSpan(0, _bodyLength);
        }

        input = input[length..];
        if (length < missing)
            return false;
        _headerLength = 0;
        _bodyLength = 0;
        return true;
    }

    /// <returns>True for a data chunk; an error goes into the field.</returns>
    private bool ReadBody(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> output)
    {
        output = default;
        if (ChunkType == SnappyFormat.StreamIdentifier)
        {
            if (!body.SequenceEqual(SnappyFormat.Identifier[SnappyFormat.HeaderLength..]))
                _failure = SnappyResult.Corrupt;
            return false;
        }

        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(body);
        ReadOnlySpan<byte> data = body[SnappyFormat.ChecksumLength..];
        bool isDecoded = ChunkType == SnappyFormat.Compressed
            ? TryDecompress(data, out data)
            : data.Length <= SnappyFormat.MaxBlockLength;
        if (!isDecoded || Crc32C.Masked(data) != checksum)
        {
            _failure = SnappyResult.Corrupt;
            return false;
        }

        output = data;
        return true;
    }

    private bool TryDecompress(ReadOnlySpan<byte> compressed, out ReadOnlySpan<byte> data)
    {
        data = default;
        try
        {
            int length = SnappyBlock.GetUncompressedLength(compressed);
            if ((uint)length > SnappyFormat.MaxBlockLength)
                return false;
            EnsureLength(ref _block, length, SnappyFormat.MaxBlockLength);
            if (!SnappyBlock.TryDecompress(compressed, _block.AsSpan(0, length), out int written) || written != length)
                return false;
            data = _block.AsSpan(0, length);
            return true;
        }
        catch (InvalidDataException)
        {
            // The library's only way to report a bad block; the stream ends with it, so it is never thrown twice.
            return false;
        }
    }

    private static void EnsureLength(ref byte[] buffer, int needed, int limit)
    {
        if (buffer.Length < needed)
        {
            int rounded = (int)BitOperations.RoundUpToPowerOf2((uint)needed);
            buffer = GC.AllocateUninitializedArray<byte>(Math.Min(rounded, limit));
        }
    }
}
