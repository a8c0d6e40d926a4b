using System.Buffers.Binary;

namespace KcpTun.GoInterop.Traffic;

/// <summary>What the far end of a connection is to do.</summary>
public enum TrafficOperation : byte
{
    /// <summary>Send everything back until the end of the input.</summary>
    Echo = 1,

    /// <summary>Receive and send at the same time, then report the digest of what came and wait for the end.</summary>
    Exchange = 2,

    /// <summary>Receive until the end of the input; only then report its digest, send the payload and close.</summary>
    ReplyAfterEnd = 3,

    /// <summary>Send the payload and end the output; receive on until the end of the input.</summary>
    EndThenReceive = 4,
}

/// <summary>The first bytes of a connection to an <see cref="ExchangeTarget"/>.</summary>
public sealed record TrafficRequest
{
    /// <summary>Bytes of a request on the wire.</summary>
    public const int EncodedLength = 32;

    private const int VerifiedOffset = 1;
    private const int NoiseOffset = 2;
    private const int PauseOffset = 4;
    private const int UploadOffset = 8;
    private const int DownloadOffset = 16;
    private const int SeedOffset = 24;

    public required TrafficOperation Operation { get; init; }

    /// <summary>Bytes the client sends, the request not counted.</summary>
    public long Upload { get; init; }

    /// <summary>Bytes the target sends, the digest not counted.</summary>
    public long Download { get; init; }

    /// <summary>
    /// Chooses the payloads: the upload uses it as it is, the download its complement. It also names the connection
    /// (<see cref="ExchangeTarget.ReceivedAsync"/>), so it must be unique within a target.
    /// </summary>
    public ulong Seed { get; init; } = NextSeed();

    /// <summary>How long the target waits before it closes its output.</summary>
    public TimeSpan PauseBeforeEnd { get; init; }

    /// <summary>Whether payloads are hashed and not just counted.</summary>
    public bool IsVerified { get; init; } = true;

    /// <summary>Whether both payloads are noise, which no compressor can shorten.</summary>
    public bool IsNoise { get; init; }

    public byte[] Encode()
    {
        byte[] bytes = new byte[EncodedLength];
        bytes[0] = (byte)Operation;
        bytes[VerifiedOffset] = IsVerified ? (byte)1 : (byte)0;
        bytes[NoiseOffset] = IsNoise ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(PauseOffset), (int)PauseBeforeEnd.TotalMilliseconds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(UploadOffset), Upload);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(DownloadOffset), Download);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SeedOffset), Seed);
        return bytes;
    }

    public static TrafficRequest Decode(ReadOnlySpan<byte> bytes) => new()
    {
        Operation = (TrafficOperation)bytes[0],
        IsVerified = bytes[VerifiedOffset] != 0,
        IsNoise = bytes[NoiseOffset] != 0,
        PauseBeforeEnd = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadInt32LittleEndian(bytes[PauseOffset..])),
        Upload = BinaryPrimitives.ReadInt64LittleEndian(bytes[UploadOffset..]),
        Download = BinaryPrimitives.ReadInt64LittleEndian(bytes[DownloadOffset..]),
        Seed = BinaryPrimitives.ReadUInt64LittleEndian(bytes[SeedOffset..]),
    };

    /// <summary>What the client sends.</summary>
    public Payload UploadPayload() => new(Seed, Upload, IsNoise);

    /// <summary>What the target sends.</summary>
    public Payload DownloadPayload() => new(~Seed, Download, IsNoise);

    private static ulong NextSeed() => unchecked((ulong)Random.Shared.NextInt64());
}
