using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>What became of a received datagram.</summary>
public enum OpenStatus : byte
{
    /// <summary>Intact.</summary>
    Ok,

    /// <summary>Shorter than the envelope: dropped without being counted (PROTOCOL a.4).</summary>
    TooShort,

    /// <summary>The checksum or the authentication tag does not match.</summary>
    ChecksumMismatch,
}

/// <summary>The outcome of opening one datagram.</summary>
/// <param name="Status">Whether the payload may be used.</param>
/// <param name="Payload">Where it lies in the buffer; empty unless the status is Ok.</param>
public readonly record struct OpenResult(OpenStatus Status, Slice Payload);
