using System.Buffers.Binary;

namespace KcpTun.Smux;

/// <summary>Commands of a frame (PROTOCOL e.1).</summary>
internal enum SmuxCommand : byte
{
    /// <summary>Opens a stream.</summary>
    Syn = 0,

    /// <summary>The sender sends no more data on the stream.</summary>
    Fin = 1,

    /// <summary>Carries data.</summary>
    Psh = 2,

    /// <summary>Keeps the session alive; stream id 0.</summary>
    Nop = 3,

    /// <summary>Version 2: how much of the stream was consumed, and the receive window.</summary>
    Upd = 4,
}

/// <summary>Layout of a frame: version, command, payload length, stream id, payload (PROTOCOL e.1).</summary>
internal readonly record struct SmuxFrame(int Version, SmuxCommand Command, int Length, uint StreamId)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 8;

    /// <summary>Largest payload that the 16-bit length can name, bytes.</summary>
    public const int MaxPayload = ushort.MaxValue;

    /// <summary>Payload of a UPD: consumed and window, bytes.</summary>
    public const int UpdatePayload = 8;

    private const int CommandOffset = 1;
    private const int LengthOffset = 2;
    private const int StreamIdOffset = 4;

    public static SmuxFrame ReadHeader(ReadOnlySpan<byte> source) => new(
        source[0],
        (SmuxCommand)source[CommandOffset],
        BinaryPrimitives.ReadUInt16LittleEndian(source[LengthOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[StreamIdOffset..]));

    /// <returns>Bytes written: <see cref="HeaderLength"/>.</returns>
    public int WriteHeader(Span<byte> destination)
    {
        destination[0] = (byte)Version;
        destination[CommandOffset] = (byte)Command;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[LengthOffset..], (ushort)Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[StreamIdOffset..], StreamId);
        return HeaderLength;
    }
}
